import { afterAll, describe, expect, it } from 'vitest'
import { LOCAL_TENANT } from '../../../src/model/ids.ts'
import type { BrokerNotice, ClientSide } from '../../../runtime/library/wire.ts'
import { createSandbox } from '../../../runtime/sandbox/create-sandbox.ts'
import { CLIENT, fakeBroker, LIMITS, runBody, wireResponse } from './running.ts'
import { bundleOf } from './tool-bundle.ts'

const sandbox = createSandbox({ limits: LIMITS, runners: 2, idleMs: 10_000 })
afterAll(() => sandbox.close())

function answering(answers: ClientSide['answers']) {
  return { task: { kind: 'code', item: { kind: 'tool', name: 'tried' }, client: { ...CLIENT, answers } } as const }
}

describe('a run of code', () => {
  it('gives what the code returned', async () => {
    const { result } = await runBody(sandbox, 'return { doubled: input.n * 2, env: context.env }', {
      input: { n: 21 },
      env: { CITY: 'Paris' },
    })
    expect(result).toEqual({ kind: 'value', value: { doubled: 42, env: { CITY: 'Paris' } } })
  })

  it('gives undefined for code that returns nothing', async () => {
    const { result } = await runBody(sandbox, 'await 1')
    expect(result).toEqual({ kind: 'value', value: undefined })
  })

  it('shows where a thrown error comes from', async () => {
    const { result } = await runBody(sandbox, 'const city = input.city\nreturn city.name.length')
    expect(result).toMatchObject({ kind: 'thrown', name: 'TypeError', message: expect.stringContaining('undefined') })
    expect(result.kind === 'thrown' && result.frame).toContain('src/tools/tried.ts')
    expect(result.kind === 'thrown' && result.frame).toMatch(/> +\d+ \| +return city\.name\.length/)
  })

  it('describes a thrown value that is no error', async () => {
    const { result } = await runBody(sandbox, 'throw { why: "because" }')
    expect(result).toEqual({ kind: 'thrown', name: 'Error', message: '{"why":"because"}' })
  })

  it('keeps what the console was given, with its level', async () => {
    const { logs } = await runBody(
      sandbox,
      'console.log("a %s", "b", { c: [1, "x"] }); console.warn("w"); console.error(new Map([[1, 2]])); console.debug(null)',
    )
    expect(logs).toEqual([
      { level: 'info', message: "a b { c: [ 1, 'x' ] }" },
      { level: 'warning', message: 'w' },
      { level: 'error', message: 'Map(1) { 1 => 2 }' },
      { level: 'debug', message: 'null' },
    ])
  })

  it('sends requests by the broker and tells of each', async () => {
    const broker = fakeBroker({ fetch: () => wireResponse('{"name":"Paris"}', { status: 201 }) })
    const { result, requests } = await runBody(
      sandbox,
      `const answer = await context.fetch('https://api.example.com/cities', {
        method: 'POST', headers: { 'X-Key': context.env.KEY }, body: JSON.stringify({ name: 'Paris' }),
      })
      return [answer.status, answer.ok, answer.headers.get('content-type'), await answer.json()]`,
      { broker, env: { KEY: '{{secret:KEY}}' } },
    )
    expect(result).toEqual({ kind: 'value', value: [201, true, 'application/json', { name: 'Paris' }] })
    expect(requests).toEqual([
      { method: 'POST', url: 'https://api.example.com/cities', status: 201, ms: expect.any(Number) },
    ])
    expect(broker.calls).toEqual([
      {
        kind: 'fetch',
        request: {
          url: 'https://api.example.com/cities',
          method: 'POST',
          headers: [
            ['content-type', 'text/plain;charset=UTF-8'],
            ['x-key', '{{secret:KEY}}'],
          ],
          body: Buffer.from('{"name":"Paris"}').toString('base64'),
        },
      },
    ])
  })

  it("hands the broker's errors to the code with their name, message and code", async () => {
    const broker = fakeBroker({
      fetch: () => {
        throw Object.assign(new Error('Not there.'), { name: 'MetaError', code: 'HOST_NOT_ALLOWED' })
      },
    })
    const { result, requests } = await runBody(
      sandbox,
      'try { await fetch("https://evil.example") } catch (error) { return [error.name, error.message, error.code, error instanceof Error] }',
      { broker },
    )
    expect(result).toEqual({ kind: 'value', value: ['MetaError', 'Not there.', 'HOST_NOT_ALLOWED', true] })
    expect(requests).toEqual([{ method: 'GET', url: 'https://evil.example/', ms: expect.any(Number) }])
  })

  it('asks the broker for storage, schedules and signatures', async () => {
    const broker = fakeBroker({
      store: (call) => (call.kind === 'store' && call.action === 'list' ? ['a', 'b'] : { kept: true }),
      schedule: () => undefined,
      sign: () => 'beef',
    })
    const { result } = await runBody(
      sandbox,
      `await context.store.set('a', { n: 1 })
      await context.schedule('later', { n: 2 }, 1000)
      return [await context.store.get('a'), await context.store.list('a'), await context.store.delete('a'), await context.sign('KEY', 'text')]`,
      { broker },
    )
    expect(result).toEqual({ kind: 'value', value: [{ kept: true }, ['a', 'b'], null, 'beef'] })
    expect(broker.calls).toEqual([
      { kind: 'store', action: 'set', key: 'a', value: { n: 1 } },
      { kind: 'schedule', tool: 'later', input: { n: 2 }, delayMs: 1000 },
      { kind: 'store', action: 'get', key: 'a' },
      { kind: 'store', action: 'list', key: 'a' },
      { kind: 'store', action: 'delete', key: 'a' },
      { kind: 'sign', secretName: 'KEY', data: 'text' },
    ])
  })

  it('passes progress and log messages on while it runs', async () => {
    const notices: BrokerNotice[] = []
    const { logs } = await runBody(
      sandbox,
      'context.progress(1, 3, "one"); context.log("warning", "slow", { ms: 5 }); context.progress(2)',
      { notices },
    )
    expect(notices).toEqual([
      { kind: 'progress', done: 1, total: 3, message: 'one' },
      { kind: 'log', level: 'warning', message: 'slow', details: { ms: 5 } },
      { kind: 'progress', done: 2 },
    ])
    expect(logs).toEqual([{ level: 'warning', message: 'slow { ms: 5 }' }])
  })

  it('passes on what the code says has changed, and nothing that is no change', async () => {
    const notices: BrokerNotice[] = []
    await runBody(
      sandbox,
      `context.notify({ kind: 'resource', uri: 'notes://1' }); context.notify({ kind: 'tools', uri: 'x' }); context.notify({ kind: 'resource' }); context.notify('all'); context.background()`,
      { notices },
    )
    expect(notices).toEqual([
      { kind: 'changed', change: { kind: 'resource', uri: 'notes://1' } },
      { kind: 'changed', change: { kind: 'tools' } },
      { kind: 'background' },
    ])
  })

  it('asks several things at once, and again for those that were not answered', async () => {
    const form = { kind: 'form', message: 'Say it.', schema: {} }
    const body = `const { a, b } = await context.requestInputs({ a: ${JSON.stringify(form)}, b: ${JSON.stringify(form)} })
      return [a.content.it, b.action]`
    const a = { action: 'accept', content: { it: 'word' } } as const
    const asked = await runBody(sandbox, body)
    const half = await runBody(sandbox, body, answering({ a }))
    const whole = await runBody(sandbox, body, answering({ a, b: { action: 'decline' } }))
    expect(asked.result).toEqual({ kind: 'input-needed', requests: { a: form, b: form } })
    expect(half.result).toEqual({ kind: 'input-needed', requests: { b: form } })
    expect(whole.result).toEqual({ kind: 'value', value: ['word', 'decline'] })
  })

  it('tells the code what its client can be asked', async () => {
    const { result } = await runBody(sandbox, 'return context.client')
    expect(result).toEqual({ kind: 'value', value: { form: true, url: true, sampling: true, roots: true } })
  })

  it('aborts the signal shortly before the time limit, so that a result is still possible', async () => {
    const body = `await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
      return [context.signal.aborted, context.signal.reason.name]`
    const { result } = await runBody(sandbox, body, { limits: { wallMs: 400 } })
    expect(result).toEqual({ kind: 'value', value: [true, 'TimeoutError'] })
  })

  it('ends with the question when the code asks for input, and goes on with the answer', async () => {
    const body = `const { content } = await context.requestInput({ kind: 'form', message: 'Which city?', schema: {} })
      return content.city`
    const asked = await runBody(sandbox, body)
    const answers = { input_1: { action: 'accept', content: { city: 'Paris' } } } as const
    const task = { kind: 'code', item: { kind: 'tool', name: 'tried' }, client: { ...CLIENT, answers } } as const
    const answered = await runBody(sandbox, body, { task })
    expect(asked.result).toEqual({
      kind: 'input-needed',
      requests: { input_1: { kind: 'form', message: 'Which city?', schema: {} } },
    })
    expect(answered.result).toEqual({ kind: 'value', value: 'Paris' })
  })

  it('says at once when the code waits for what never comes', async () => {
    const { result, ms } = await runBody(sandbox, 'await new Promise(() => {})')
    expect(result).toMatchObject({ kind: 'thrown', message: expect.stringContaining('nothing will settle') })
    expect(ms).toBeLessThan(LIMITS.wallMs / 2)
  })
})

describe('loading a bundle', () => {
  const load = {
    task: { kind: 'load' },
    tenantId: LOCAL_TENANT,
    input: undefined,
    env: {},
    broker: fakeBroker(),
  } as const

  it('lists what it has', async () => {
    const bundle = await bundleOf({ first: 'return 1', second: 'return 2' })
    const { result } = await sandbox.run({ ...load, bundle })
    expect(result).toEqual({ kind: 'value', value: { tools: ['first', 'second'], resources: [], prompts: [] } })
  })

  it('tells what goes wrong while it is evaluated, and where', async () => {
    const bundle = await bundleOf({ first: 'return 1' }, 'const early: string = null.name')
    const { result } = await sandbox.run({ ...load, bundle })
    expect(result).toMatchObject({ kind: 'thrown', name: 'TypeError', frame: expect.stringContaining('null.name') })
  })

  it('refuses code that does not parse or imports something', async () => {
    const broken = await sandbox.run({ ...load, bundle: 'export const code = {' })
    const importing = await sandbox.run({ ...load, bundle: "import fs from 'node:fs'\nexport const code = {}" })
    const reaching = await sandbox.run({ ...load, bundle: "import { host } from './host.ts'\nexport const code = {}" })
    expect(broken.result).toMatchObject({ kind: 'thrown', name: 'SyntaxError' })
    expect(importing.result).toMatchObject({ kind: 'thrown', message: expect.stringContaining('node:fs') })
    expect(reaching.result).toMatchObject({ kind: 'thrown', message: expect.stringContaining('./host.ts') })
  })
})
