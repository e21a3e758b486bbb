import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleOf } from '../tool-bundle.ts'
import { openEchoServer } from './echo-server.ts'
import type { Host, HostCall } from './host.ts'
import { openIsolateHost } from './isolate-host.ts'
import { openNodeHost } from './node-host.ts'
import { HOST_PROGRAMS, LATER } from './programs.ts'
import { openWorkerdHost } from './workerd-host.ts'

const opened = new AsyncDisposableStack()
let base: string
let isolate: Host
let node: Host
let workerd: Host

beforeAll(async () => {
  const bodies = Object.entries(HOST_PROGRAMS).map(([name, { body }]) => [name, body] as const)
  const bundle = await bundleOf({ ...Object.fromEntries(bodies), later: LATER })
  base = opened.use(await openEchoServer()).base
  isolate = opened.use(openIsolateHost(bundle))
  node = opened.use(await openNodeHost(bundle))
  workerd = opened.use(await openWorkerdHost(bundle))
})
afterAll(() => opened.disposeAsync())

describe('the same code of a tool', () => {
  it.each(Object.entries(HOST_PROGRAMS))(
    'gives the same in an isolate, in Node and in workerd: %s',
    async (tool, { answers = {}, cancels = false, throws = false }) => {
      const abilities = { form: true, url: true, sampling: false, roots: true }
      const hosts = [new URL(base).host]
      const call: HostCall = { tool, input: { base }, hosts, client: { answers, abilities }, cancels }
      const inNode = await node.call(call)
      expect(await isolate.call(call)).toEqual(inNode)
      expect(await workerd.call(call)).toEqual(inNode)
      // A program that fails everywhere alike would say nothing.
      expect(inNode.result.kind === 'thrown').toBe(throws)
    },
  )
})
