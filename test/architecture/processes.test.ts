import { describe, expect, it } from 'vitest'
import { callsOf, readImports, readSource, sourceFiles } from './source-files.ts'

/** These take a command and its words apart; `exec` and `execSync` take a line for a shell. */
const STARTS = ['spawn', 'spawnSync', 'fork', 'execFile', 'execFileSync'] as const

/** Calls that hand this process's own environment on, or all but nothing of it, and why they may. */
const OWN_ENVIRONMENT: Readonly<Record<string, string>> = {
  'bridge/connect/login/open-browser.ts': "the person's browser needs their desktop's environment",
  'runtime/supervisor/signal-group.ts': 'taskkill of Windows, with a number for its only value',
  'src/config/protect-file.ts': "icacls of Windows, by its full path, for one of mcpwright's own files",
  'scripts/build-package.ts': "npm and node's own tools, when mcpwright itself is packed",
}

/** npm is a batch file on Windows, which Node starts through a shell only; it runs where mcpwright itself is packed. */
const SHELL_ON_WINDOWS = { file: 'scripts/build-package.ts', text: "shell: process.platform === 'win32'" }

const files = sourceFiles(['src', 'generators', 'runtime', 'bridge', 'scripts', 'bin'])
const starting = files.filter((file) => /child_process|worker_threads/.test(readSource(file)))

/** What is wrong with how a text starts processes. */
function faultsOf(file: string, text: string): string[] {
  const taken = readImports(text).filter(
    ({ specifier, typeOnly }) => /^(node:)?child_process$/.test(specifier) && !typeOnly,
  )
  const names = taken.flatMap(({ names: each }) => each)
  const other = names.filter(
    (name) => !STARTS.some((start) => start === name) && !(name === '*' && file.endsWith('.cjs')),
  )
  const calls = STARTS.flatMap((name) => callsOf(text, name))
  const judged = file === SHELL_ON_WINDOWS.file ? text.replace(SHELL_ON_WINDOWS.text, '') : text
  return [
    ...other.map((name) => `${file} takes ${name} of child_process`),
    ...(/\bshell\s*:(?!\s*false\b)/.test(judged) ? [`${file} starts a shell`] : []),
    ...calls.filter((call) => !hasWords(call)).map((call) => `${file} starts without an array of words: ${call}`),
    ...calls
      .filter((call) => !/\benv\b/.test(call) && !(file in OWN_ENVIRONMENT))
      .map((call) => `${file} hands its environment on: ${call}`),
  ]
}

/** Whether the second argument is an array: written as one, or a name that stands for the words. */
function hasWords(call: string): boolean {
  return /\(\s*[^,]+(\([^)]*\))?[^,]*,\s*(\[|\w*(args|words|arguments)\b)/i.test(call)
}

describe('child processes', () => {
  it('are started with an array of words, without a shell, and with an environment made for them', () => {
    expect(starting.flatMap((file) => faultsOf(file, readSource(file)))).toEqual([])
  })

  it('are started in the places that this test looks at', () => {
    const counted = starting.map(
      (file) => [file, STARTS.flatMap((name) => callsOf(readSource(file), name)).length] as const,
    )
    const starters = counted.filter(([, calls]) => calls > 0).map(([file]) => file)
    expect(starters).toEqual(expect.arrayContaining(Object.keys(OWN_ENVIRONMENT)))
    expect(starters.length).toBeGreaterThan(10)
  })

  it('are packed with npm scripts off', () => {
    const calls = files.flatMap((file) =>
      callsOf(readSource(file), 'execFileSync').filter((call) => /\bnpm\b/.test(call)),
    )
    expect(calls).not.toEqual([])
    expect(calls.filter((call) => !call.includes("'--ignore-scripts'"))).toEqual([])
  })

  it.each([
    ["import { exec } from 'node:child_process'", 'takes exec'],
    ["import * as all from 'node:child_process'", 'takes *'],
    ["spawn('git', [name], { shell: true, env: {} })", 'starts a shell'],
    ["spawn('git', [name], { shell: '/bin/sh', env: {} })", 'starts a shell'],
    ["spawn('git ' + name, { env: {} })", 'without an array'],
    ['execFileSync(`npm install ${name}`)', 'without an array'],
    ["spawn('git', [name])", 'hands its environment on'],
    ["fork(f(file), [name], { cwd: '/' })", 'hands its environment on'],
  ])('would be found wrong: %s', (text, fault) => {
    expect(faultsOf('x.ts', text).join()).toContain(fault)
  })

  it('would be found right', () => {
    expect(faultsOf('x.ts', "spawn('git', ['log', '--', name], { cwd: f(1), env: {} })")).toEqual([])
  })
})
