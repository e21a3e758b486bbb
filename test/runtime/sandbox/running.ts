import { LOCAL_TENANT } from '../../../src/model/ids.ts'
import type { BrokerCall, BrokerNotice, ClientSide, WireResponse } from '../../../runtime/library/wire.ts'
import type { Sandbox, SandboxLimits, SandboxOutcome, SandboxRun } from '../../../runtime/sandbox/sandbox.ts'
import type { Broker } from '../../../runtime/supervisor/broker.ts'
import { bundleOf } from './tool-bundle.ts'

/** Small, so that tests of limits are short. */
export const LIMITS: SandboxLimits = {
  wallMs: 2_000,
  abortGraceMs: 200,
  cpuMs: 400,
  memoryMiB: 64,
  hostCalls: 20,
  argumentBytes: 100_000,
  logBytes: 20_000,
  outputBytes: 200_000,
}

/** A client that can be asked for everything and has answered nothing. */
export const CLIENT: ClientSide = { answers: {}, abilities: { form: true, url: true, sampling: true, roots: true } }

/** Answers calls by kind; records them. */
export function fakeBroker(
  answers: { readonly [Kind in BrokerCall['kind']]?: (call: BrokerCall, signal: AbortSignal) => unknown } = {},
): Broker & { readonly calls: BrokerCall[] } {
  const calls: BrokerCall[] = []
  return {
    calls,
    async call(call, { signal }) {
      calls.push(call)
      const answer = answers[call.kind]
      if (!answer) throw new Error(`The fake broker has no answer for "${call.kind}".`)
      return await answer(call, signal)
    },
    notice: () => {},
  }
}

export function wireResponse(body: string, fields: Partial<WireResponse> = {}): WireResponse {
  return {
    url: 'https://api.example.com/',
    status: 200,
    statusText: 'OK',
    headers: [['content-type', 'application/json']],
    body: Buffer.from(body).toString('base64'),
    ...fields,
  }
}

/** Runs the body of an async function `(input, context)`. */
export async function runBody(
  sandbox: Sandbox,
  body: string,
  options: Partial<SandboxRun> & { readonly notices?: BrokerNotice[] } = {},
): Promise<SandboxOutcome> {
  const { notices, ...run } = options
  return await sandbox.run({
    bundle: await bundleOf({ tried: body }),
    task: { kind: 'code', item: { kind: 'tool', name: 'tried' }, client: CLIENT },
    input: {},
    tenantId: LOCAL_TENANT,
    env: {},
    broker: fakeBroker(),
    ...(notices && { onNotice: (notice) => void notices.push(notice) }),
    ...run,
  })
}
