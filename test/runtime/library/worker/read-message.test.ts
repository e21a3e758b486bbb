import { describe, expect, it } from 'vitest'
import { calledTools, readMessage } from '../../../../runtime/library/worker/read-message.ts'

const posted = (body: string, type = 'application/json') =>
  new Request('https://desk.example/mcp', { method: 'POST', headers: { 'content-type': type }, body })

describe('a message', () => {
  it('is read from what is posted as JSON', async () => {
    expect(await readMessage(posted('{"id":1}'))).toEqual({ body: { id: 1 } })
    expect(await readMessage(posted('{"id":1}', 'text/plain'))).toBeUndefined()
    expect(await readMessage(new Request('https://desk.example/mcp'))).toBeUndefined()
  })

  it.each([
    [413, `"${'x'.repeat(4_200_000)}"`],
    [400, '{'],
    [400, ''],
  ])('is refused with %i when it is too long, or not JSON', async (status, body) => {
    expect(await readMessage(posted(body))).toMatchObject({ status })
  })
})

const call = (name: unknown, args?: unknown) => ({ method: 'tools/call', params: { name, arguments: args } })

describe('the tools that a message calls', () => {
  it.each([
    [call('a'), ['a']],
    [
      [call('a'), { method: 'ping' }, call('b', {})],
      ['a', 'b'],
    ],
    [{ method: 'prompts/get', params: { name: 'a' } }, []],
    [call(5), []],
    [null, []],
  ])('are found in %j', (body, names) => {
    expect(calledTools(body, { exposure: 'tools' })).toEqual(names)
  })

  it('are those behind the tools of a search too', () => {
    expect(calledTools(call('call_tool', { tool: 'a' }), { exposure: 'search' })).toEqual(['call_tool', 'a'])
    expect(calledTools(call('b', { tool: 'a' }), { exposure: 'tools' })).toEqual(['b'])
  })
})
