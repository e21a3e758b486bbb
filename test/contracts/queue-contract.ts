import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { MetaError } from '../../src/errors/meta-error.ts'
import {
  LOCAL_TENANT,
  type BuildId,
  type DaemonId,
  type DeploymentId,
  type JobId,
  type ServerId,
  type TenantId,
} from '../../src/model/ids.ts'
import { createQueue } from '../../src/queue/pg-boss-queue.ts'
import type { Job, JobHandler, JobState, Queue } from '../../src/queue/queue.ts'
import { insertServer } from '../../src/registry/server-store.ts'
import { TEST_TEMPLATES } from '../db/test-pglite.ts'

export interface QueueUnderTest {
  /** Another opening of the same database; PGlite allows one at a time. */
  open(): Promise<Database>
  readonly directory: string
  readonly databaseUrl: string | undefined
}

const OTHER_TENANT = randomUUID() as TenantId

const DAEMON_PROCESS = path.join(import.meta.dirname, '../queue/daemon-process.ts')

const build = (serverId: ServerId): Job => ({ kind: 'build', tenantId: LOCAL_TENANT, serverId })
const remove = (serverId: ServerId): Job => ({ kind: 'delete', tenantId: LOCAL_TENANT, serverId })

/** What every queue has to do. `prepare` gives a database that nobody has open. */
export function queueContract(name: string, prepare: () => Promise<QueueUnderTest>): void {
  describe(`the queue on ${name}`, () => {
    let place: QueueUnderTest
    let db: Database
    let queue: Queue
    const daemonId = randomUUID() as DaemonId
    const bugs: unknown[] = []
    /** What the next jobs of a server do; by default nothing. */
    const handlers = new Map<ServerId, JobHandler>()

    beforeAll(async () => {
      place = await prepare()
      await start()
    })
    afterAll(stop)

    async function start(): Promise<void> {
      db = await place.open()
      queue = await createQueue({ db, daemonId, pollMs: 250, onError: (error) => bugs.push(error) })
      await queue.work(async (job, ...how) => handlers.get(job.serverId)?.(job, ...how))
    }
    async function stop(): Promise<void> {
      await queue.stop(0)
      await db.close()
    }

    function newServer(handler?: JobHandler): ServerId {
      const serverId = randomUUID() as ServerId
      if (handler) handlers.set(serverId, handler)
      return serverId
    }
    const ended = (id: JobId): Promise<JobState> => queue.wait(LOCAL_TENANT, id, AbortSignal.timeout(20_000))

    it('gives a job to its handler and its result to who waits', async () => {
      const server = newServer(async (job) => ({ did: job.kind }))
      expect(await ended(await queue.send(build(server)))).toEqual({ state: 'done', output: { did: 'build' } })
    })

    it('carries every kind of job unchanged', async () => {
      const seen: Job[] = []
      const serverId = newServer(async (job) => seen.push(job))
      const deploymentId = randomUUID() as DeploymentId
      const buildId = randomUUID() as BuildId
      const common = { tenantId: LOCAL_TENANT, serverId }
      const jobs: Job[] = [
        { kind: 'build', ...common },
        { kind: 'check', ...common, buildId },
        { kind: 'deploy', ...common, deploymentId, version: 3 },
        { kind: 'stop', ...common, deploymentId },
        { kind: 'start', ...common, deploymentId },
        { kind: 'delete', ...common },
        { kind: 'clean-up', ...common },
      ]
      const ids: JobId[] = []
      for (const job of jobs) ids.push(await queue.send(job))
      await Promise.all(ids.map(ended))
      expect(seen).toEqual(jobs)
    })

    it('runs the jobs of one server one at a time, in the order they were sent, also within one transaction', async () => {
      const order: number[] = []
      let atOnce = 0
      const server = newServer(async (job) => {
        expect(++atOnce).toBe(1)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(job.kind === 'deploy' ? (job.version ?? 0) : 0)
        atOnce--
      })
      const deploy = (version: number): Job => ({
        kind: 'deploy',
        tenantId: LOCAL_TENANT,
        serverId: server,
        deploymentId: randomUUID() as DeploymentId,
        version,
      })
      const ids = await db.asSystem(async (sql) => {
        const sent: JobId[] = []
        for (let version = 1; version <= 8; version++) sent.push(await queue.send(deploy(version), sql))
        return sent
      })
      await Promise.all(ids.map(ended))
      expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    })

    it('runs different servers at the same time', async () => {
      const both = Promise.withResolvers<void>()
      let running = 0
      const meet = async () => {
        if (++running === 2) both.resolve()
        await both.promise
      }
      const ids = await Promise.all([queue.send(build(newServer(meet))), queue.send(build(newServer(meet)))])
      expect(await Promise.all(ids.map(ended))).toMatchObject([{ state: 'done' }, { state: 'done' }])
    })

    it('keeps a job and its row together: a rollback leaves neither, also in a tenant’s transaction', async () => {
      let ran = 0
      const server = newServer(async () => ran++)
      let lost: JobId | undefined
      const work = db.as(LOCAL_TENANT, async (sql) => {
        lost = await queue.send(build(server), sql)
        throw new Error('no')
      })
      await expect(work).rejects.toThrow('no')
      expect(lost && (await queue.find(LOCAL_TENANT, lost))).toBeUndefined()

      const sent = await db.as(LOCAL_TENANT, async (sql) => {
        const id = await queue.send(build(server), sql)
        await insertServer(sql, LOCAL_TENANT, { name: `with-job-${ran}`, description: '', exposure: 'tools' })
        const [role] = await sql.query<{ current_user: string }>('SELECT current_user')
        expect(role?.current_user).toBe('mcpwright_tenant')
        return id
      })
      await ended(sent)
      expect(ran).toBe(1)
    })

    it('tells the code, message and fix of an expected failure, and does not try again', async () => {
      let tries = 0
      const server = newServer(async () => {
        tries++
        throw new MetaError('BUILD_FAILED', 'It has "errors".', 'Mend them.')
      })
      expect(await ended(await queue.send(build(server)))).toEqual({
        state: 'failed',
        error: { code: 'BUILD_FAILED', message: 'It has "errors".', fix: 'Mend them.' },
      })
      expect(tries).toBe(1)
    })

    it('frees the server for later jobs when one has failed for good, and keeps the dead letter', async () => {
      const server = newServer(async (job) => {
        if (job.kind === 'build') throw new MetaError('BUILD_FAILED', 'No.', 'Mend it.')
      })
      const failing = await queue.send(build(server))
      const next = await queue.send(remove(server))
      expect(await ended(failing)).toMatchObject({ state: 'failed' })
      expect(await ended(next)).toMatchObject({ state: 'done' })
      const { rows } = await db.statements.executeSql(
        `SELECT data FROM mcpwright_queue.job WHERE name = 'dead-letters' AND data->'job'->>'serverId' = $1`,
        [server],
      )
      expect(rows).toMatchObject([{ data: { job: { kind: 'build' }, failure: { code: 'BUILD_FAILED' } } }])
    })

    it('tries again what may pass, before any later job of the server', async () => {
      const order: string[] = []
      const server = newServer(async (job) => {
        order.push(job.kind)
        if (order.length === 1) throw new MetaError('UPSTREAM_UNREACHABLE', 'Away.', 'Wait.')
      })
      const first = await queue.send(build(server))
      const second = await queue.send(remove(server))
      expect(await ended(first)).toMatchObject({ state: 'done' })
      await ended(second)
      expect(order).toEqual(['build', 'build', 'delete'])
    })

    it('gives up the job that was cancelled, which is no dead letter, and goes on with the next', async () => {
      const started = Promise.withResolvers<void>()
      const server = newServer(async (job, signal) => {
        if (job.kind !== 'build') return
        started.resolve()
        await once(signal, 'abort')
        signal.throwIfAborted()
      })
      const cancelled = await queue.send(build(server))
      const next = await queue.send(remove(server))
      await started.promise
      expect(await queue.cancel(OTHER_TENANT, cancelled)).toBe(false)
      expect(await queue.cancel(LOCAL_TENANT, cancelled)).toBe(true)
      expect(await ended(cancelled)).toMatchObject({ state: 'failed', error: { code: 'CANCELLED' } })
      expect(await ended(next)).toMatchObject({ state: 'done' })
      expect(await queue.cancel(LOCAL_TENANT, cancelled)).toBe(false)
      const { rows } = await db.statements.executeSql(
        `SELECT id FROM mcpwright_queue.job WHERE name = 'dead-letters' AND data->'job'->>'serverId' = $1`,
        [server],
      )
      expect(rows).toEqual([])
    })

    it('hands a job that was cancelled while it waited to its handler, to be left plain, and nobody attaches to it', async () => {
      const gate = Promise.withResolvers<void>()
      const seen: boolean[] = []
      const server = newServer(async (job, signal) => {
        if (job.kind === 'build') return gate.promise
        seen.push(signal.aborted)
        signal.throwIfAborted()
      })
      const first = await queue.send(build(server))
      const waiting = await queue.send(remove(server))
      expect(await queue.findPending(LOCAL_TENANT, server, 'delete')).toBe(waiting)
      await queue.cancel(LOCAL_TENANT, waiting)
      expect(await queue.findPending(LOCAL_TENANT, server, 'delete')).toBeUndefined()
      gate.resolve()
      await ended(first)
      expect(await ended(waiting)).toMatchObject({ state: 'failed', error: { code: 'CANCELLED' } })
      expect(seen).toEqual([true])
    })

    it('keeps the wish to cancel over a restart, and lets what was too late to stop be done', async () => {
      const server = newServer(async () => 'too late')
      const late = newServer(async (_, signal) => {
        await once(signal, 'abort')
        return 'done all the same'
      })
      await queue.stop(0)
      const early = await queue.send(build(server))
      await queue.cancel(LOCAL_TENANT, early)
      handlers.set(server, async (_, signal) => signal.throwIfAborted())
      await db.close()
      await start()
      expect(await ended(early)).toMatchObject({ state: 'failed', error: { code: 'CANCELLED' } })
      const id = await queue.send(build(late))
      const cancelling = setInterval(() => void queue.cancel(LOCAL_TENANT, id), 20)
      expect(await ended(id)).toEqual({ state: 'done', output: 'done all the same' })
      clearInterval(cancelling)
    })

    it('tells those who watch how far a job is', async () => {
      const gate = Promise.withResolvers<void>()
      const server = newServer(async (_job, _signal, report) => {
        await gate.promise
        report({ done: 1, total: 3, message: 'Half of it: "ü".' })
      })
      const id = await queue.send(build(server))
      const told = new Promise((resolve) => queue.watch(id, resolve))
      gate.resolve()
      expect(await told).toEqual({ done: 1, total: 3, message: 'Half of it: "ü".' })
      await ended(id)
    })

    it('tells steps in the order they were made, however fast they come', async () => {
      const gate = Promise.withResolvers<void>()
      const steps = Array.from({ length: 50 }, (_, index) => index + 1)
      const server = newServer(async (_job, _signal, report) => {
        await gate.promise
        for (const done of steps) report({ done, total: steps.length, message: `Step ${done}.` })
      })
      const id = await queue.send(build(server))
      const heard: number[] = []
      queue.watch(id, ({ done }) => heard.push(done))
      gate.resolve()
      await vi.waitUntil(() => heard.length === steps.length, { timeout: 20_000, interval: 5 })
      expect(heard).toEqual(steps)
      await ended(id)
    })

    it('gives up a bug after two more tries, tells it to the daemon and not to callers', async () => {
      let tries = 0
      const server = newServer(async () => {
        tries++
        throw new TypeError('secret detail')
      })
      const state = await ended(await queue.send(build(server)))
      expect(state).toMatchObject({ state: 'failed', error: { code: 'INTERNAL' } })
      expect(JSON.stringify(state)).not.toContain('secret detail')
      expect(tries).toBe(3)
      expect(bugs).toContainEqual(new TypeError('secret detail'))
    })

    it('gives tenants turns: who sends many jobs holds up those of another by what runs, and no more', async () => {
      const started: string[] = []
      const gates: PromiseWithResolvers<void>[] = []
      const handler =
        (called: string): JobHandler =>
        async () => {
          started.push(called)
          const gate = Promise.withResolvers<void>()
          gates.push(gate)
          await gate.promise
        }
      const floods = Array.from({ length: 12 }, (_, index) => build(newServer(handler(`a${index}`))))
      const ids = await db.asSystem(async (sql) => {
        const sent: JobId[] = []
        for (const job of floods) sent.push(await queue.send(job, sql))
        return sent
      })
      const isFull = () => vi.waitUntil(() => gates.length === 4, { timeout: 20_000, interval: 5 })
      await isFull()
      const others = ['b1', 'b2'].map((called): Job => ({
        kind: 'build',
        tenantId: OTHER_TENANT,
        serverId: newServer(handler(called)),
      }))
      for (const job of others) ids.push(await queue.send(job))
      expect(await db.asSystem((sql) => queue.countPending(OTHER_TENANT, sql))).toBe(2)
      const endOne = (): void => gates.shift()?.resolve()
      endOne()
      await isFull()
      expect(started.at(-1)).toBe('b1')
      for (let turn = 0; turn < 2; turn++) {
        endOne()
        await isFull()
      }
      expect(started.slice(-3)).toEqual(['b1', expect.stringContaining('a'), 'b2'])
      const letGo = setInterval(endOne, 1)
      await Promise.all(
        ids.map((id, index) => queue.wait(index < 12 ? LOCAL_TENANT : OTHER_TENANT, id, AbortSignal.timeout(20_000))),
      )
      clearInterval(letGo)
      expect(started).toHaveLength(ids.length)
      expect(await db.asSystem((sql) => queue.countPending(OTHER_TENANT, sql))).toBe(0)
    })

    it('finds the job of a kind that waits or runs, to attach to', async () => {
      const go = Promise.withResolvers<void>()
      const server = newServer(() => go.promise)
      const running = await queue.send(build(server))
      const waiting = await queue.send(remove(server))
      expect(await queue.findPending(LOCAL_TENANT, server, 'build')).toBe(running)
      expect(await queue.findPending(LOCAL_TENANT, server, 'delete')).toBe(waiting)
      expect(await queue.findPending(LOCAL_TENANT, server, 'stop')).toBeUndefined()
      go.resolve()
      await Promise.all([ended(running), ended(waiting)])
      expect(await queue.findPending(LOCAL_TENANT, server, 'build')).toBeUndefined()
    })

    it('shows a job to its own tenant alone', async () => {
      const go = Promise.withResolvers<void>()
      const server = newServer(() => go.promise)
      const id = await queue.send(build(server))
      const other = randomUUID() as TenantId
      expect(await queue.find(other, id)).toBeUndefined()
      expect(await queue.findPending(other, server, 'build')).toBeUndefined()
      await expect(queue.wait(other, id, AbortSignal.timeout(20_000))).rejects.toThrow('No job has the id')
      go.resolve()
      await ended(id)
    })

    it('answers with the state so far when waiting is cut short', async () => {
      const go = Promise.withResolvers<void>()
      const started = Promise.withResolvers<void>()
      const id = await queue.send(
        build(
          newServer(() => {
            started.resolve()
            return go.promise
          }),
        ),
      )
      await started.promise
      const patience = new AbortController()
      const waiting = queue.wait(LOCAL_TENANT, id, patience.signal)
      patience.abort()
      expect(await waiting).toEqual({ state: 'active' })
      go.resolve()
      await ended(id)
    })

    it('gives back what it works on when it stops, and finishes it after the next start', async () => {
      let starts = 0
      const started = Promise.withResolvers<void>()
      const server = newServer(async (_job, signal) => {
        if (++starts > 1) return 'finished'
        started.resolve()
        await once(signal, 'abort')
        throw signal.reason
      })
      const id = await queue.send(build(server))
      await started.promise
      await stop()
      await start()
      expect(await ended(id)).toEqual({ state: 'done', output: 'finished' })
    })

    it('finishes what a daemon worked on that was killed again and again, and what waited behind it', async () => {
      await stop()
      const server = newServer()
      const first = startDaemon()
      await message(first, 'ready')
      const taken = message(first, 'started')
      const ids: JobId[] = []
      for (const job of [build(server), remove(server)]) {
        const sent = message(first, 'sent')
        first.send({ send: job })
        ids.push((await sent) as JobId)
      }
      expect(await taken).toEqual(build(server))
      await killed(first)

      for (let round = 0; round < 2; round++) {
        const next = startDaemon()
        expect(await message(next, 'started')).toEqual(build(server))
        await killed(next)
      }

      await start()
      // pg-boss alone would find the silence after a minute, and nobody waits so long here.
      expect(await Promise.all(ids.map(ended))).toMatchObject([{ state: 'done' }, { state: 'done' }])
    })

    it('frees the server of a job that pg-boss has given up', async () => {
      const started = Promise.withResolvers<void>()
      const server = newServer(async (job, signal) => {
        if (job.kind !== 'build') return
        started.resolve()
        await once(signal, 'abort')
      })
      const silent = await queue.send(build(server))
      const next = await queue.send(remove(server))
      await started.promise
      await db.statements.executeSql("UPDATE mcpwright_queue.job SET state = 'failed' WHERE id = $1", [silent])
      await stop()
      await start()
      expect(await ended(silent)).toMatchObject({ state: 'failed', error: { code: 'INTERNAL' } })
      expect(await ended(next)).toMatchObject({ state: 'done' })
    })

    function startDaemon(): ChildProcess {
      const args = [daemonId, place.directory, TEST_TEMPLATES, place.databaseUrl ?? '']
      return fork(DAEMON_PROCESS, args, { execArgv: [] })
    }
  })
}

/** Resolves with the property `key` of the child's next message that has one. */
function message(child: ChildProcess, key: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The daemon ended with ${code}.`)))
    child.on('message', function listen(received: Record<string, unknown>) {
      if (!(key in received)) return
      child.off('message', listen)
      resolve(received[key])
    })
  })
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
