import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { Server } from '@modelcontextprotocol/server'
import { afterEach, describe, expect, it } from 'vitest'
import { askClientPerson, type ClientReply } from '../../src/mcp/client-question.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** What a client of 2025-11-25 with these capabilities answers to a question. */
async function ask(
  capabilities: ConstructorParameters<typeof Client>[1],
  answer?: () => Promise<{ action: 'accept' | 'decline' | 'cancel'; content?: { agree: boolean } }>,
  timeoutMs = 30_000,
): Promise<ClientReply> {
  const replies: ClientReply[] = []
  const server = new Server({ name: 'asking', version: '1.0.0' }, { capabilities: { tools: {} } })
  const asked = { question: 'Remove it?', mintState: async () => 'sealed', timeoutMs }
  server.setRequestHandler('tools/call', async (_, context) => {
    replies.push(await askClientPerson(server, context, asked))
    return { content: [] }
  })
  const client = new Client({ name: 'test', version: '1.0.0' }, capabilities)
  if (answer) client.setRequestHandler('elicitation/create', answer)
  const [one, other] = InMemoryTransport.createLinkedPair()
  closing.push(
    () => client.close(),
    () => server.close(),
  )
  await Promise.all([server.connect(one), client.connect(other)])
  await client.callTool({ name: 'any', arguments: {} })
  return replies[0] ?? { kind: 'unable' }
}

const forms = { capabilities: { elicitation: {} } }

describe('a question to the person at an older client', () => {
  it.each([
    [{ action: 'accept', content: { agree: true } }, 'agreed'],
    [{ action: 'accept', content: { agree: false } }, 'declined'],
    [{ action: 'decline' }, 'declined'],
    [{ action: 'cancel' }, 'declined'],
  ] as const)('is answered by %j: %s', async (answer, kind) => {
    expect(await ask(forms, async () => answer)).toEqual({ kind })
  })

  it('is unanswered when nobody looks at it in time', async () => {
    expect(await ask(forms, () => new Promise(() => {}), 100)).toEqual({ kind: 'unanswered' })
  })

  it('is unanswered when the client fails at it', async () => {
    expect(await ask(forms, () => Promise.reject(new Error('no window')))).toEqual({ kind: 'unanswered' })
  })

  it.each([[{}], [{ capabilities: { elicitation: { url: {} } } }]])(
    'is not put to a client with %j',
    async (options) => {
      expect(await ask(options)).toEqual({ kind: 'unable' })
    },
  )
})
