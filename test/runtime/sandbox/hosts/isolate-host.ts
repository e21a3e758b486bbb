import { createHmac } from 'node:crypto'
import { memoryStore } from '../../../../runtime/library/server/memory-store.ts'
import { noClient } from '../../../../runtime/library/input-needed.ts'
import type { BrokerCall, BrokerNotice, WireRequest, WireResponse } from '../../../../runtime/library/wire.ts'
import { createSandbox } from '../../../../runtime/sandbox/create-sandbox.ts'
import type { SandboxResult } from '../../../../runtime/sandbox/sandbox.ts'
import { createEgress, type Egress } from '../../../../src/net/egress.ts'
import { LOCAL_TENANT } from '../../../../src/model/ids.ts'
import type { Broker } from '../../../../runtime/supervisor/broker.ts'
import { LIMITS } from '../running.ts'
import { useStore } from '../../../../runtime/supervisor/use-store.ts'
import { type Host, HOST_ENV, type HostCall, type SeenCall } from './host.ts'

/** The bundle in the sandbox, in a warm isolate, with a broker that does what code asks for, over the one way out. */
export function openIsolateHost(bundle: string): Host {
  const egress = createEgress({ allowLocal: new Set(), allowLoopback: true })
  const sandbox = createSandbox({ limits: { ...LIMITS, wallMs: 10_000, hostCalls: 100 }, runners: 2, idleMs: 10_000 })

  async function call({ tool, input, hosts, client, cancels }: HostCall): Promise<SeenCall> {
    const store = memoryStore()
    const notices: BrokerNotice[] = []
    const abort = new AbortController()
    const shared = { bundle, tenantId: LOCAL_TENANT, env: HOST_ENV, warmKey: 'table' }
    const broker: Broker = {
      call: (asked, { signal }) => answer(asked, signal),
      notice: () => {},
    }

    async function answer(asked: BrokerCall, signal: AbortSignal): Promise<unknown> {
      switch (asked.kind) {
        case 'fetch':
          return await send(egress, asked.request, { signal, hosts })
        case 'store':
          return await useStore(asked, store)
        case 'schedule':
          setTimeout(() => void runLater(asked.tool, asked.input), asked.delayMs)
          return undefined
        case 'sign':
          return createHmac('sha256', HOST_ENV.KEY).update(asked.data).digest('hex')
        case 'run':
          throw new Error('Code cannot ask for this.')
      }
    }

    async function runLater(name: string, given: unknown): Promise<void> {
      const task = { kind: 'code', item: { kind: 'tool', name }, client: noClient } as const
      await sandbox.run({ ...shared, task, input: given, broker })
    }

    const { result } = await sandbox.run({
      ...shared,
      task: { kind: 'code', item: { kind: 'tool', name: tool }, client },
      input,
      broker,
      signal: abort.signal,
      onNotice(notice) {
        notices.push(notice)
        if (cancels) abort.abort()
      },
    })
    const keys = await store.list()
    const stored = await Promise.all(keys.map(async (key) => [key, await store.get(key)] as const))
    return { result: seen(result), notices, stored: Object.fromEntries(stored) }
  }

  return {
    call,
    async [Symbol.asyncDispose]() {
      await sandbox.close()
      await egress.close()
    },
  }
}

function seen(result: SandboxResult): SeenCall['result'] {
  switch (result.kind) {
    case 'value':
      return result.value === undefined ? { kind: 'value' } : { kind: 'value', value: result.value }
    case 'thrown':
      return { kind: 'thrown', name: result.name, message: result.message }
    case 'input-needed':
      return { kind: 'input-needed', requests: result.requests }
    case 'aborted':
      return { kind: 'unheard' }
    case 'limit':
      throw new Error(`It met the limit ${result.limit}.`)
  }
}

const FETCH_LIMITS = { timeoutMs: 10_000, answerBytes: 1_000_000, redirects: 10 }

async function send(
  egress: Egress,
  { url, method, headers, body }: WireRequest,
  policy: Policy,
): Promise<WireResponse> {
  const { signal, hosts } = policy
  const bytes = body === undefined ? {} : { body: new Uint8Array(Buffer.from(body, 'base64')) }
  const answer = await egress.request(
    { url, method, headers, signal, ...bytes },
    { ...FETCH_LIMITS, hosts: new Set(hosts) },
  )
  return { ...answer, body: Buffer.from(answer.body).toString('base64') }
}

interface Policy {
  readonly signal: AbortSignal
  readonly hosts: readonly string[]
}
