import type * as prometheusModule from 'prom-client'
import type { Counter, Gauge, Registry } from 'prom-client'
import type { AnsweredRequest, BridgeHealth } from './server-bridge.ts'

/** What one server did, for Prometheus. */
export interface ServerMetrics {
  readonly onAnswered: (answered: AnsweredRequest) => void
  /** In Prometheus' text format. */
  text(): Promise<string>
}

export interface ServerMetricsOptions {
  /** The label `server`. */
  readonly server: string
  readonly health: () => BridgeHealth
  /** Memory of a process and what it has started, in bytes. */
  readonly residentBytes: (pid: number) => Promise<number>
}

/** Methods that are a label of their own. Others are clients' inventions, and have one label together. */
const METHODS: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'subscriptions/listen',
])

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** The text format of Prometheus, version 0.0.4. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Prometheus = typeof prometheusModule

interface Recorder {
  record(answered: AnsweredRequest): void
  text(): Promise<string>
}

/** prom-client is a hundred modules: it is loaded when there is something to count, not while a daemon starts. */
export function createServerMetrics(options: ServerMetricsOptions): ServerMetrics {
  let recorder: Recorder | undefined
  let loading: Promise<Recorder> | undefined
  const load = (): Promise<Recorder> =>
    (loading ??= import('prom-client').then((prometheus) => (recorder = createRecorder(prometheus, options))))
  return {
    onAnswered(answered) {
      if (recorder) return recorder.record(answered)
      void load().then((loaded) => loaded.record(answered))
    },
    text: async () => (await load()).text(),
  }
}

function createRecorder(prometheus: Prometheus, { server, health, residentBytes }: ServerMetricsOptions): Recorder {
  const { Counter, Histogram, Registry } = prometheus
  const registry = new Registry()
  registry.setDefaultLabels({ server })
  const registers = [registry]
  const requests = new Counter({
    name: 'mcpwright_requests_total',
    help: 'JSON-RPC requests answered, by how they ended.',
    labelNames: ['method', 'outcome'] as const,
    registers,
  })
  const durations = new Histogram({
    name: 'mcpwright_request_duration_seconds',
    help: 'From the request to its answer.',
    labelNames: ['method'] as const,
    buckets: SECONDS,
    registers,
  })
  followHealth(prometheus, registry, health, residentBytes)
  return {
    record({ method, outcome, durationMs }) {
      const label = METHODS.has(method) ? method : 'other'
      requests.inc({ method: label, outcome })
      durations.observe({ method: label }, durationMs / 1_000)
    },
    text: () => registry.metrics(),
  }
}

/** What is read when it is asked for. */
function followHealth(
  { Counter, Gauge }: Prometheus,
  registry: Registry,
  health: () => BridgeHealth,
  residentBytes: ServerMetricsOptions['residentBytes'],
): void {
  const gauges: Readonly<Record<string, readonly [help: string, read: (now: BridgeHealth) => number]>> = {
    mcpwright_up: ['1 while a request would be answered.', ({ state }) => Number(isAnswering(state))],
    mcpwright_child_running: ['1 while the server has a process.', ({ state }) => Number(state === 'running')],
    mcpwright_sessions: ['Sessions and open connections.', ({ sessions }) => sessions],
    mcpwright_calls: ['Calls at the server now.', ({ calls }) => calls],
    mcpwright_queue_depth: ['Calls that wait for a place.', ({ waitingCalls }) => waitingCalls],
  }
  const totals: typeof gauges = {
    mcpwright_restarts_total: ['Starts after a crash.', ({ restarts }) => restarts],
    mcpwright_child_read_bytes_total: ['Bytes of the stdout of its processes.', ({ traffic }) => traffic.readBytes],
    mcpwright_child_written_bytes_total: ['Bytes of their stdin.', ({ traffic }) => traffic.writtenBytes],
  }
  for (const [name, [help, read]] of Object.entries(gauges)) {
    const collect = collectOf((self: Gauge) => self.set(read(health())))
    registry.registerMetric(new Gauge({ name, help, registers: [], collect }))
  }
  for (const [name, [help, read]] of Object.entries(totals)) {
    const collect = collectOf((self: Counter) => {
      self.reset()
      self.inc(read(health()))
    })
    registry.registerMetric(new Counter({ name, help, registers: [], collect }))
  }
  const memory = async (self: Gauge): Promise<void> => {
    const { pid } = health()
    self.set(pid === undefined ? 0 : await residentBytes(pid))
  }
  const help = 'Memory of its process, and of what that has started.'
  const name = 'mcpwright_child_resident_bytes'
  registry.registerMetric(new Gauge({ name, help, registers: [], collect: collectOf(memory) }))
}

/** prom-client hands the metric over as `this`. */
function collectOf<T>(set: (self: T) => void | Promise<void>): (this: T) => void | Promise<void> {
  return function (this: T) {
    return set(this)
  }
}

export function isAnswering(state: BridgeHealth['state']): boolean {
  return state === 'running' || state === 'asleep' || state === 'starting'
}
