import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProjectFiles } from '../../../../src/model/project-files.ts'
import { PersonBrowser } from '../../../fixtures/person-browser.ts'
import { serveModules, type StartedWorker } from '../../../fixtures/start-worker.ts'
import { deskDefinition } from './desk-definition.ts'
import { type Issuer, openIssuer } from './issuer.ts'
import { CLIENT_ID, CLIENT_SECRET } from './issuer-logins.ts'
import { rawLogin } from './raw-login.ts'
import { bundleProject } from './served-project.ts'

const opened = new AsyncDisposableStack()
let issuer: Issuer
let modules: ProjectFiles
let worker: StartedWorker

beforeAll(async () => {
  issuer = opened.use(await openIssuer('unused'))
  modules = await bundleProject(deskDefinition('desk.example'))
  worker = opened.use(await serve({}))
})
afterAll(() => opened.disposeAsync())

/** No key of its own for this: what seals the rounds is derived from the client's secret. */
function serve(more: { readonly generation?: number }): Promise<StartedWorker> {
  const login = { issuer: issuer.url, client_id: CLIENT_ID, allow: ['*'], ...more }
  const env = { MCP_PROTECTION: 'login', MCP_LOGIN: JSON.stringify(login), MCP_LOGIN_CLIENT_SECRET: CLIENT_SECRET }
  return serveModules(modules, { env, bindings: ['OAUTH_KV'] })
}

/** @returns the access token */
async function logIn(sub: string, url = worker.url): Promise<string> {
  issuer.logins.person = { sub }
  const raw = rawLogin(url)
  const client = await raw.register()
  return (await raw.redeem(client, await raw.logIn(new PersonBrowser(), client))).access_token
}

const ADA = { content: [{ type: 'text', text: 'You said Oslo' }] }
const REFUSED = { error: { code: -32602 } }

describe('what a person who logged in was asked, in workerd', () => {
  it('is answered by them, at any isolate', async () => {
    const ann = await logIn('ann')
    const begun = await beginRound(ann)
    await worker.restart()
    expect(await endRound(ann, begun)).toMatchObject({ result: ADA })
    expect(await endRound(await logIn('ann'), begun)).toMatchObject({ result: ADA })
  })

  it('is not answered by somebody else', async () => {
    expect(await endRound(await logIn('bob'), await beginRound(await logIn('ann')))).toMatchObject(REFUSED)
  })

  it('is not answered with another state, nor for other arguments', async () => {
    const ann = await logIn('ann')
    const begun = await beginRound(ann)
    const middle = Math.floor(begun.length / 2)
    const changed = `${begun.slice(0, middle)}${begun[middle] === 'A' ? 'B' : 'A'}${begun.slice(middle + 1)}`
    expect(await endRound(ann, changed)).toMatchObject(REFUSED)
    expect(await endRound(ann, begun, 'other')).toMatchObject(REFUSED)
  })

  it('is over when the generation was raised, also for who logs in again', async () => {
    const begun = await beginRound(await logIn('ann'))
    await using later = await serve({ generation: 2 })
    const again = await logIn('ann', later.url)
    expect(await endRound(again, begun, '', later.url)).toMatchObject(REFUSED)
    expect(await endRound(again, await beginRound(again, later.url), '', later.url)).toMatchObject({ result: ADA })
  })
})

async function beginRound(token: string, url = worker.url): Promise<string> {
  const { result } = (await ask(token, url, '', {})) as { readonly result: { readonly requestState: string } }
  return result.requestState
}

function endRound(token: string, requestState: string, text = '', url = worker.url): Promise<unknown> {
  const answer = { action: 'accept', content: { city: 'Oslo' } }
  return ask(token, url, text, { requestState, inputResponses: { input_1: answer } })
}

/** One round of 2026-07-28 as it is on the wire. */
async function ask(token: string, url: string, text: string, round: object): Promise<unknown> {
  const params = {
    name: 'ask',
    arguments: { text },
    ...round,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
    },
  }
  const headers = {
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'ask',
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  return (await fetch(`${url}/mcp`, { method: 'POST', headers, body })).json()
}
