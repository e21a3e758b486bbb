import { afterAll, describe, expect, it } from 'vitest'
import { createSandbox } from '../../../runtime/sandbox/create-sandbox.ts'
import { LIMITS, runBody } from './running.ts'
import { PREAMBLE, WEB_PROGRAMS } from './web-programs.ts'

const sandbox = createSandbox({ limits: LIMITS, runners: 2, idleMs: 10_000 })
afterAll(() => sandbox.close())

/** Runs a program in this process. */
async function runInNode(body: string): Promise<unknown> {
  // Strict, as the module is that it becomes in the sandbox.
  const text = `'use strict'; return (async (input, context) => { ${body} })({}, {})`
  // eslint-disable-next-line no-new-func, no-implied-eval -- the programs are our own, and the same text runs on both sides
  const value: unknown = await new Function(text)()
  return JSON.parse(JSON.stringify(value))
}

describe('web APIs in the sandbox', () => {
  it.each(Object.entries(WEB_PROGRAMS))('give what Node gives: %s', async (_name, program) => {
    const body = `${PREAMBLE}\n${program}`
    const { result } = await runBody(sandbox, body)
    expect(result).toEqual({ kind: 'value', value: await runInNode(body) })
  })
})
