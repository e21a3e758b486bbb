import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BrokerNotice } from '../../../runtime/library/wire.ts'
import { createSandbox } from '../../../runtime/sandbox/create-sandbox.ts'
import type { SandboxOutcome } from '../../../runtime/sandbox/sandbox.ts'
import { fakeBroker, LIMITS, runBody } from './running.ts'

/** Runs something twice on a runner that is not ours any more: it sends these messages for each run. */
async function runTwice(messages: string, onNotice: (notice: BrokerNotice) => void = () => {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'runner-'))
  const file = path.join(folder, 'taken-over.mjs')
  const program = `const send = (message) => process.send(message)
    process.on('message', ({ kind }) => { if (kind === 'run') { send({ kind: 'started' }); ${messages}; send({ kind: 'ready' }) } })
    process.on('disconnect', () => process.exit())
    send({ kind: 'ready' })`
  await writeFile(file, program)
  const sandbox = createSandbox({
    limits: LIMITS,
    runners: 1,
    idleMs: 10_000,
    program: { file, nodeArguments: [], programArguments: [] },
  })
  const broker = fakeBroker({ store: () => 1 })
  try {
    const first: SandboxOutcome = await runBody(sandbox, '', { broker, onNotice })
    const second: SandboxOutcome = await runBody(sandbox, '', { broker, onNotice })
    return { first, second, calls: broker.calls }
  } finally {
    await sandbox.close()
    await rm(folder, { recursive: true })
  }
}

const DONE = `send({ kind: 'done', result: { kind: 'value', json: '1' } })`

describe('a runner that code has taken over', () => {
  it.each([
    ['a result that is no JSON', `send({ kind: 'done', result: { kind: 'value', json: '{' } })`, 'JSON'],
    ['questions that are no JSON', `send({ kind: 'done', result: { kind: 'input-needed', json: 'x' } })`, 'JSON'],
    ['no question', `send({ kind: 'done', result: { kind: 'input-needed', json: '"x"' } })`, 'without a question'],
    [
      'a question of no kind',
      `send({ kind: 'done', result: { kind: 'input-needed', json: '{"a":{"kind":"b"}}' } })`,
      '"b"',
    ],
  ])('cannot harm its sandbox by %s', async (_what, messages, expected) => {
    const { first, second } = await runTwice(messages)
    expect(first.result).toMatchObject({ kind: 'thrown', message: expect.stringContaining(expected) })
    expect(second.result).toEqual(first.result)
  })

  it('cannot tell what is no notice', async () => {
    const notices: BrokerNotice[] = []
    const texts = [
      '{',
      'null',
      '1',
      '{"kind":"run"}',
      '{"kind":"progress","done":"much"}',
      '{"kind":"progress","done":1}',
    ]
    const flood = texts.map((json) => `send({ kind: 'notice', json: ${JSON.stringify(json)} })`).join(';')
    const { first } = await runTwice(`${flood}; send(7); send({ kind: 'notice', json: 7 }); ${DONE}`, (notice) => {
      notices.push(notice)
    })
    expect(first.result).toEqual({ kind: 'value', value: 1 })
    expect(notices).toEqual([
      { kind: 'progress', done: 1 },
      { kind: 'progress', done: 1 },
    ])
  })

  it('cannot fill our memory with logs and notices', async () => {
    let told = 0
    const message = `{"kind":"log","level":"info","message":"${'x'.repeat(1_000)}"}`
    const flood = `for (let n = 0; n < 200; n++) { send({ kind: 'logs', logs: [{ level: 'info', message: 'x'.repeat(1000) }] }); send({ kind: 'notice', json: '${message}' }) }`
    const { first } = await runTwice(`${flood}; ${DONE}`, () => told++)
    expect(first.logs.length).toBeLessThanOrEqual((LIMITS.logBytes * 2) / 1_000)
    expect(told).toBeLessThanOrEqual((LIMITS.logBytes * 2) / 1_000)
  })

  it('cannot make more calls than its code may', async () => {
    const call = `JSON.stringify({ kind: 'store', action: 'get', key: 'x' })`
    const { first, calls } = await runTwice(
      `for (let n = 1; n < 100; n++) send({ kind: 'call', id: n, json: ${call} })`,
    )
    expect(first.result).toEqual({ kind: 'limit', limit: 'hostCalls', allowed: 20, used: 21 })
    expect(calls.length).toBeLessThanOrEqual(LIMITS.hostCalls * 2)
  })

  it('cannot ask for what code may not ask for', async () => {
    const call = `JSON.stringify({ kind: 'run', item: { kind: 'tool', name: 'x' } })`
    const { first, calls } = await runTwice(`send({ kind: 'call', id: 1, json: ${call} }); ${DONE}`)
    expect(first.result).toEqual({ kind: 'value', value: 1 })
    expect(calls).toEqual([])
  })
})
