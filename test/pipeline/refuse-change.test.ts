import { describe, expect, it } from 'vitest'
import type { CodeItem } from '../../runtime/library/wire.ts'
import { memoryStore } from '../../runtime/library/server/memory-store.ts'
import type { Sandbox } from '../../runtime/sandbox/sandbox.ts'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import type { Effect } from '../../src/model/tool-definition.ts'
import type { Egress } from '../../src/net/egress.ts'
import { createBroker } from '../../src/pipeline/create-broker.ts'

const EFFECTS: Readonly<Record<string, Effect>> = { get_book: 'read', change_book: 'write', remove_book: 'delete' }

/** The methods that left when code of this item sends a request of that one. */
async function send(item: CodeItem, method: string): Promise<readonly string[]> {
  const left: string[] = []
  const options = { signal: new AbortController().signal, onNotice: () => {} }
  const egress = {
    request: async (request: { readonly url: string; readonly method: string }) => {
      left.push(request.method)
      return { url: request.url, status: 200, statusText: '', headers: [], body: new Uint8Array() }
    },
  } as unknown as Egress
  // Runs nothing: it stands for code that sends this one request.
  const sandbox = {
    run: async ({ broker }: Parameters<Sandbox['run']>[0]) => {
      const request = { method, url: 'https://api.example/books/1', headers: [] }
      await broker.call({ kind: 'fetch', request }, options)
      return { result: { kind: 'value', value: 'sent' }, logs: [], requests: [], ms: 1 }
    },
  } as unknown as Sandbox
  const broker = createBroker({
    tenantId: LOCAL_TENANT,
    caller: 'test',
    hosts: ['api.example'],
    egress,
    secrets: { names: () => [], value: () => undefined },
    sandbox,
    toolsBundle: '',
    store: memoryStore(),
    onNotice: () => {},
    schedule: async () => {},
    effectOf: async (tool) => EFFECTS[tool],
  })
  const client = { answers: {}, abilities: {} } as never
  await broker.call({ kind: 'run', item, input: {}, client }, options)
  return left
}

const tool = (name: string): CodeItem => ({ kind: 'tool', name })

describe('code of a deployed server', () => {
  it.each(['GET', 'HEAD', 'QUERY', 'PROPFIND', 'POST', 'post'])('that only reads may send %s', async (method) => {
    expect(await send(tool('get_book'), method)).toEqual([method])
  })

  it.each([
    [tool('get_book'), 'DELETE'],
    [tool('get_book'), 'patch'],
    [{ kind: 'resource', name: 'books' } as const, 'PUT'],
    [{ kind: 'prompt', name: 'books' } as const, 'DELETE'],
  ])('that only reads changes nothing: %j %s', async (item, method) => {
    await expect(send(item, method)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: `"${item.name}" says that it only reads, so it may not send ${method}. Nothing was sent.`,
    })
  })

  it.each([
    ['change_book', 'PUT'],
    ['remove_book', 'DELETE'],
    ['from_before_effects_were_kept', 'DELETE'],
  ])('sends what it says: %s %s', async (name, method) => {
    expect(await send(tool(name), method)).toEqual([method])
  })
})
