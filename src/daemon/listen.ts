import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import path from 'node:path'
import { defaults } from '../config/defaults.ts'
import type { Config } from '../config/load-config.ts'
import { writePrivateFile } from '../config/private-file.ts'

/**
 * Listens on the port of the last start, so that clients' configurations stay right; where it is taken, or at the
 * first start, on the configured one or any free one.
 * @returns the port
 */
export async function listenOnKeptPort(server: Server, { home, port: configured }: Config): Promise<number> {
  const file = path.join(home, 'port')
  const kept = configured === defaults.daemon.port ? readPort(file) : undefined
  for (const port of [kept, configured, 0]) {
    if (port === undefined || !(await tryListen(server, port))) continue
    const address = server.address()
    const bound = typeof address === 'object' && address ? address.port : port
    if (bound !== kept) writePrivateFile(file, `${bound}\n`)
    return bound
  }
  throw new Error('No loopback port is free.')
}

function readPort(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
  } catch {
    return undefined
  }
}

async function tryListen(server: Server, port: number): Promise<boolean> {
  server.listen(port, defaults.daemon.host)
  try {
    await once(server, 'listening')
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES'))
      return false
    throw error
  }
}
