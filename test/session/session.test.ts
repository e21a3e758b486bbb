import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as V1StdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startUpstream, type Upstream } from '../fixtures/upstreams/start-upstream.ts'
import { allow } from '../e2e/inbox-link.ts'
import { launcher, openTestHome, type TestHome } from '../e2e/test-home.ts'
import { putSession } from './cut-session.ts'
import { playSession, type SessionSides } from './play-session.ts'
import { sessionSteps } from './session-steps.ts'

const root = path.resolve(import.meta.dirname, '../..')
const document = path.join(root, 'docs', 'session.md')
const readme = path.join(root, 'README.md')

let home: TestHome
let upstream: Upstream
const client = new V1Client({ name: 'session', version: '1.0.0' })

beforeAll(async () => {
  upstream = await startUpstream('modern')
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: upstream.host })
  await client.connect(
    new V1StdioTransport({ command: process.execPath, args: [launcher], env: home.environment, stderr: 'ignore' }),
  )
})

afterAll(async () => {
  await client.close()
  await home[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const sides: SessionSides = {
  async call(name, given) {
    const result = await client.callTool({ name, arguments: given }, undefined, { timeout: 60_000 })
    const [block] = result.content as readonly { readonly text?: string }[]
    return {
      text: block?.text ?? '',
      structured: { ...Object(result.structuredContent) },
      isError: result.isError === true,
    }
  },
  async allow(heading) {
    await allow(home, heading, 'Allow these tools')
  },
}

/** What differs from run to run, and from machine to machine. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\d{4}-\d\d-\d\d/g, 'DATE'],
  [/\b\d+ ms\b/g, 'N ms'],
  [/v1\.[\w-]+\.[\w-]+/g, 'CONFIRM'],
  [/\/inbox\/open\/[\w-]+/g, '/inbox/open/LINK'],
  [/\b[0-9a-f]{64}\b/g, 'DIGEST'],
]

function mask(text: string): string {
  const folders = text
    .replaceAll(home.folder, 'HOME')
    .replaceAll(path.dirname(process.execPath), 'NODE')
    .replaceAll(root, 'MCPWRIGHT')
  return MASKS.reduce((masked, [pattern, word]) => masked.replaceAll(pattern, word), folders)
}

const INTRODUCTION = `# A session

Every tool once, as a client of the v1 SDK called it. Written and compared by a test: \`npx vitest run test/session\`, with
\`-u\` to write it anew. What differs from run to run is masked: ports, times, links.

`

/** What README shows of it. */
const SHOWN = [
  'import_openapi {"server":"tea","content"',
  'import_openapi {"server":"tea","content"',
  'add_tool {"server":"tea","name":"count_grams","description"',
  'add_tool {"server":"tea","name":"count_grams","edits"',
  'deploy {"server":"tea"}',
  'search_tools',
  'read_tool',
]

describe('the session in docs/session.md', () => {
  it('is what the meta server answers', { timeout: 120_000 }, async () => {
    const steps = sessionSteps({ upstreamUrl: upstream.url })
    const played = await playSession(steps, sides, mask)
    await expect(INTRODUCTION + played).toMatchFileSnapshot(document)
  })

  it('is what README shows of it', async () => {
    const played = await readFile(document, 'utf8')
    await expect(putSession(await readFile(readme, 'utf8'), played, SHOWN)).toMatchFileSnapshot(readme)
  })

  it('calls every tool that is listed', async () => {
    const { tools } = await client.listTools()
    const called = sessionSteps({ upstreamUrl: '' }).flatMap((step) => ('tool' in step ? [step.tool] : []))
    expect(tools.map(({ name }) => name).toSorted()).toEqual([...new Set(called)].toSorted())
  })
})
