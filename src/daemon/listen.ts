import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import path from 'node:path'
import { defaults } from '../config/defaults.ts'
import type { Config } from '../config/load-config.ts'
import { writePrivateFile } from '../config/private-file.ts'

export interface Listening {
  readonly port: number
  /** The port that clients were told, when another program has it: this one is for now only. */
  readonly takenPort?: number
}

/**
 * Listens on the port that was fixed at the first start, so that clients' configurations stay right. Where another
 * program has that port, on any free one, which is not kept: it is to be told, and the next start tries again.
 */
export async function listenOnKeptPort(
  server: Server,
  { home, port: configured }: Pick<Config, 'home' | 'port'>,
): Promise<Listening> {
  const file = path.join(home, 'port')
  const kept = configured === defaults.daemon.port ? readPort(file) : undefined
  const wanted = kept ?? configured
  const bound = await tryListen(server, wanted)
  const port = bound ?? (await tryListen(server, 0))
  if (port === undefined) throw new Error('No loopback port is free.')
  const isTaken = bound === undefined && (kept !== undefined || configured !== defaults.daemon.port)
  // Without a choice of the person's, what the first start finds is theirs from then on.
  if (configured === defaults.daemon.port && kept === undefined) writePrivateFile(file, `${port}\n`)
  return isTaken ? { port, takenPort: wanted } : { port }
}

/** What a person is told whose HTTP clients look for another port. */
export function describeTakenPort({ port, takenPort }: Listening): string | undefined {
  if (takenPort === undefined) return undefined
  return `Port ${takenPort}, which clients over HTTP were told, is used by another program: until the next start it is ${port}. Clients that start mcpwright themselves do not notice. End that program and run "mcpwright stop", or choose a port with MCPWRIGHT_PORT.`
}

function readPort(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
  } catch {
    return undefined
  }
}

/** @returns the port, undefined when it is another program's */
async function tryListen(server: Server, port: number): Promise<number | undefined> {
  server.listen(port, defaults.daemon.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES'))
      return undefined
    throw error
  }
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}
