import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import { describeTakenPort, listenOnKeptPort } from '../../src/daemon/listen.ts'

let home: string
const servers: Server[] = []
const server = (): Server => {
  const made = createServer()
  servers.push(made)
  return made
}
const end = async (which: Server): Promise<void> => {
  which.close()
  await once(which, 'close')
}
const kept = () => readFile(path.join(home, 'port'), 'utf8')
/** As a person who has chosen nothing. */
const unchosen = () => ({ home, port: defaults.daemon.port })

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'mcpwright-port-'))
})

afterEach(async () => {
  for (const each of servers.splice(0)) if (each.listening) await end(each)
  await rm(home, { recursive: true, force: true })
})

describe('the port of the daemon', () => {
  it('is fixed at the first start, and the same at the next', async () => {
    const first = server()
    const { port, takenPort } = await listenOnKeptPort(first, unchosen())
    expect([await kept(), takenPort]).toEqual([`${port}\n`, undefined])
    await end(first)
    expect(await listenOnKeptPort(server(), unchosen())).toEqual({ port })
  })

  it('is another one for now where it is taken later, which is told and not kept', async () => {
    const first = server()
    const { port } = await listenOnKeptPort(first, unchosen())
    // Any other program: here it is that server itself.
    const moved = await listenOnKeptPort(server(), unchosen())
    expect(moved).toEqual({ port: expect.any(Number), takenPort: port })
    expect(moved.port).not.toBe(port)
    expect(describeTakenPort(moved)).toContain(`Port ${port}, which clients over HTTP were told, is used`)
    expect(await kept()).toBe(`${port}\n`)
    await end(first)
    expect(await listenOnKeptPort(server(), unchosen())).toEqual({ port })
  })

  it('that a person chose is told when it is taken, too', async () => {
    const { port } = await listenOnKeptPort(server(), { home, port: 0 })
    expect(await listenOnKeptPort(server(), { home, port })).toMatchObject({ takenPort: port })
    expect(existsSync(path.join(home, 'port'))).toBe(false)
  })
})
