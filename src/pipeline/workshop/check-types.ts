import { execFile } from 'node:child_process'
import path from 'node:path'
import { codeFrame } from '../../../generators/project/code-source.ts'
import type { CheckReport } from '../../model/build.ts'
import type { ProjectFiles } from '../../model/project-files.ts'
import { packageFolder } from './package-sources.ts'

/** Runs the compiler over a project; each problem comes with its place and the lines around it. */
export async function checkTypes(folder: string, files: ProjectFiles): Promise<CheckReport> {
  const started = performance.now()
  const output = await runCompiler(folder)
  const problems = readProblems(output, files)
  return {
    name: 'types',
    ok: problems.length === 0,
    ms: Math.round(performance.now() - started),
    ...(problems.length > 0 && { problems }),
  }
}

function runCompiler(folder: string): Promise<string> {
  const typescript = packageFolder('typescript')
  const platform = packageFolder(
    `@typescript/typescript-${process.platform}-${process.arch}`,
    path.join(typescript, 'package.json'),
  )
  const binary = path.join(platform, 'lib', process.platform === 'win32' ? 'tsc.exe' : 'tsc')
  return new Promise((resolve, reject) => {
    execFile(
      binary,
      ['-p', '.', '--pretty', 'false'],
      { cwd: folder, env: {}, timeout: 60_000, maxBuffer: 4_000_000 },
      (error, stdout, stderr) => {
        // The compiler exits with 1 or 2 when it found something; anything else means that it did not run.
        if (error && typeof error.code !== 'number') return reject(error)
        if (error && stdout === '') return reject(new Error(`tsc failed: ${stderr.slice(0, 500)}`))
        resolve(stdout)
      },
    )
  })
}

const PROBLEM = /^(?<file>[^(\n]+)\((?<line>\d+),(?<column>\d+)\): error (?<message>.*)$/gm

function readProblems(output: string, files: ProjectFiles): string[] {
  const problems = Array.from(output.matchAll(PROBLEM), ({ groups = {} }) => {
    const { file = '', line = '1', column = '1', message = '' } = groups
    return `${file}:${line}:${column} ${message}\n${codeFrame(files[file] ?? '', Number(line), Number(column))}`
  })
  return problems.length > 0 || output.trim() === '' ? problems.slice(0, 20) : [output.trim().slice(0, 2_000)]
}
