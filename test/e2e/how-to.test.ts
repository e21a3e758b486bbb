import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LibraryApi, startLibraryApi } from './library-api.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

const pages = path.resolve(import.meta.dirname, '../../docs/how-to')
const GITHUB_DESCRIPTION =
  'https://raw.githubusercontent.com/github/rest-api-description/main/descriptions/api.github.com/api.github.com.json'

/** A block of commands, and the lines that follow it: what they say, with `…` for anything. */
interface Step {
  readonly commands: string
  readonly says: readonly string[]
}

let home: TestHome
let library: LibraryApi
let github: Server
let folder: string

beforeAll(async () => {
  library = await startLibraryApi()
  github = createServer((request, response) => answerAsGithub(request.url ?? '', response))
  github.listen(0, '127.0.0.1')
  await once(github, 'listening')
  folder = mkdtempSync(path.join(tmpdir(), 'mcpwright-how-to-'))
  home = await openTestHome()
  writeFileSync(path.join(folder, 'library.yaml'), library.description)
  mkdirSync(path.join(folder, 'bin'))
  // `npx mcpwright` in a checkout, without npm's start of half a second each.
  const npx = path.join(folder, 'bin', 'npx')
  writeFileSync(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${launcher}" "$@"\n`)
  chmodSync(npx, 0o755)
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await library[Symbol.asyncDispose]()
  github.closeAllConnections()
  github.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

function githubHost(): string {
  // A TCP server's address is an AddressInfo.
  return `127.0.0.1:${(github.address() as AddressInfo).port}`
}

function answerAsGithub(url: string, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json')
  const isDescription = url === '/description.json'
  response.end(isDescription ? githubDescription() : '{"id":1,"full_name":"octocat/hello-world"}')
}

/** GitHub's own, of the version that package.json pins. */
function githubDescription(): string {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')
  return readFileSync(file, 'utf8').replaceAll('https://api.github.com', `http://${githubHost()}`)
}

/** Puts what is on loopback into the place of what a person has. */
function onLoopback(text: string): string {
  return text
    .replaceAll(GITHUB_DESCRIPTION, `http://${githubHost()}/description.json`)
    .replaceAll('api.github.com', githubHost())
    .replace('MCPWRIGHT_ALLOW_LOCAL=library.internal:8080', `$&,${githubHost()}`)
    .replaceAll('library.internal:8080', library.host)
}

function readSteps(page: string): readonly Step[] {
  const blocks = Array.from(
    readFileSync(path.join(pages, page), 'utf8').matchAll(/^```(sh|text)\n([^]*?)^```/gm),
    ([, kind, text = '']) => ({ kind, text: onLoopback(text) }),
  )
  return blocks.flatMap(({ kind, text }, place) => {
    if (kind !== 'sh') return []
    const next = blocks[place + 1]
    return [{ commands: text, says: next?.kind === 'text' ? next.text.trimEnd().split('\n') : [] }]
  })
}

/** Runs a page from its first command to its last, as somebody would who copies it. @returns what each step said */
async function runPage(steps: readonly Step[]): Promise<readonly string[]> {
  const mark = '--- end of a step ---'
  const script = ['set -euo pipefail', ...steps.map(({ commands }) => `{\n${commands}\n} 2>&1; echo; echo "${mark}"`)]
  const environment = {
    ...home.environment,
    PATH: [path.join(folder, 'bin'), home.environment['PATH']].join(path.delimiter),
    MCPWRIGHT_ALLOW_LOCAL: `${library.host},${githubHost()}`,
    TOKEN: 'correct-horse-battery',
  }
  const said = await new Promise<string>((resolve, reject) => {
    execFile('bash', ['-c', script.join('\n')], { cwd: folder, env: environment }, (error, out, err) =>
      error ? reject(new Error(`${out}\n${err}`, { cause: error })) : resolve(out),
    )
  })
  return said.split(mark)
}

function toPattern(line: string): RegExp {
  return new RegExp(line.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('…', '.*'))
}

// They are of one shell and one home: the last goes on with what the one before made.
describe.skipIf(process.platform === 'win32')('a task of docs/how-to', () => {
  it.each(['internal-api.md', 'hand-written-tool.md', 'github.md', 'team.md'])(
    'goes from nothing to a called tool as it is written: %s',
    async (page) => {
      const steps = readSteps(page)
      const said = await runPage(steps)
      expect(steps.length).toBeGreaterThan(3)
      for (const [place, { says }] of steps.entries()) {
        for (const line of says) expect(said[place]).toMatch(toPattern(line))
      }
    },
    120_000,
  )

  it('sends the token to the API, and not to what stands in another place', () => {
    expect(library.requests.map(({ authorization }) => authorization)).toContain('Bearer correct-horse-battery')
    expect(library.requests.at(-1)).toMatchObject({ url: '/books?page=1', authorization: undefined })
  })
})
