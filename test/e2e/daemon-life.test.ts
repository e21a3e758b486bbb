import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { readDaemonRecord, writeDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { ensureDaemon, findDaemon, stopDaemon } from '../../src/daemon/ensure-daemon.ts'
import { call } from './call.ts'
import { openTestHome } from './test-home.ts'

const tool = {
  name: 'say_hello',
  description: 'Greets.',
  effect: 'read',
  input_schema: { type: 'object', properties: {} },
  code: 'return "hello"',
}

/** Of the only server. */
async function statusOf(daemon: { readonly port: number; readonly token: string } | undefined): Promise<string> {
  const headers = { authorization: `Bearer ${daemon?.token}` }
  const answer = await fetch(`http://127.0.0.1:${daemon?.port}/servers`, { headers })
  const { servers } = (await answer.json()) as { readonly servers: readonly { readonly status: string }[] }
  return servers[0]?.status ?? ''
}

describe('the life of the daemon', () => {
  it('is started once by ten doors that open at the same time', async () => {
    await using home = await openTestHome()
    const clients = await Promise.all(Array.from({ length: 10 }, () => home.connect()))
    const answers = await Promise.all(clients.map((client) => call(client, 'list_servers')))
    expect(answers.every(({ isError }) => !isError)).toBe(true)
    const first = await findDaemon(home.config)
    await call(clients[0]!, 'init_server', { name: 'shared', description: 'x' })
    expect((await call(clients[9]!, 'get_server', { server: 'shared' })).isError).toBe(false)
    expect((await findDaemon(home.config))?.pid).toBe(first?.pid)
  })

  it('leaves nothing that would hold up the next start', async () => {
    await using home = await openTestHome()
    await call(await home.connect(), 'list_servers')
    expect(existsSync(path.join(home.folder, 'starting'))).toBe(false)
  })

  it('is replaced under a live chat when it is killed, with its servers up again at their ports', async () => {
    await using home = await openTestHome()
    const client = await home.connect('legacy')
    await call(client, 'init_server', { name: 'greeter', description: 'x' })
    await call(client, 'add_tool', { ...tool, server: 'greeter' })
    const { data } = await call(client, 'deploy', { server: 'greeter' })
    const before = await findDaemon(home.config)
    process.kill(before?.pid ?? 0, 'SIGKILL')
    await expect
      .poll(
        () =>
          call(client, 'list_servers').then(
            ({ text }) => text,
            () => '',
          ),
        { timeout: 20_000 },
      )
      .toContain('greeter: running')
    expect((await findDaemon(home.config))?.pid).not.toBe(before?.pid)
    expect((await call(client, 'read_tool', { server: 'greeter', tool: 'say_hello' })).text).toBe('hello')
    expect((await call(client, 'list_servers')).text).toContain(String(data['url']))
  })

  it('finishes a deploy that it was killed in the middle of', async () => {
    await using home = await openTestHome()
    const client = await home.connect()
    await call(client, 'init_server', { name: 'greeter', description: 'x' })
    await call(client, 'add_tool', { ...tool, server: 'greeter' })
    const deploying = call(client, 'deploy', { server: 'greeter' }).catch(() => undefined)
    const daemon = await findDaemon(home.config)
    await expect.poll(() => statusOf(daemon), { interval: 5, timeout: 20_000 }).toBe('building')
    process.kill(daemon?.pid ?? 0, 'SIGKILL')
    await deploying
    await expect
      .poll(
        () =>
          call(client, 'list_servers').then(
            ({ text }) => text,
            () => '',
          ),
        { timeout: 25_000 },
      )
      .toContain('greeter: running')
    expect((await call(client, 'read_tool', { server: 'greeter', tool: 'say_hello' })).text).toBe('hello')
  })

  it('is drained and replaced by a newer door', async () => {
    await using home = await openTestHome()
    const old = await ensureDaemon(home.config, home.environment)
    writeDaemonRecord(home.folder, { ...old, version: '0.0.1' })
    const renewed = await ensureDaemon(home.config, home.environment)
    expect(renewed.pid).not.toBe(old.pid)
    expect(readDaemonRecord(home.folder)?.version).not.toBe('0.0.1')
  })

  it('is not shared by a door that means another database', async () => {
    await using home = await openTestHome()
    await ensureDaemon(home.config, home.environment)
    const other = { ...home.environment, DATABASE_URL: 'postgres://app@127.0.0.1:9/other' }
    await expect(ensureDaemon(loadConfig(other), other)).rejects.toMatchObject({ code: 'DAEMON_CONFLICT' })
  })

  it('leaves by itself when nobody is there', async () => {
    await using home = await openTestHome({ MCPWRIGHT_IDLE_MINUTES: '0.01' })
    await ensureDaemon(home.config, home.environment)
    await expect.poll(() => readDaemonRecord(home.folder), { timeout: 15_000 }).toBeUndefined()
  })

  it('stops when it is told to', async () => {
    await using home = await openTestHome()
    await ensureDaemon(home.config, home.environment)
    expect(await stopDaemon(home.config)).toBe(true)
    expect(await findDaemon(home.config)).toBeUndefined()
  })
})
