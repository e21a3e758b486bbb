import getPort, { portNumbers } from 'get-port'
import { MetaError } from '../errors/meta-error.ts'

/**
 * A free loopback port: `preferred` when it is free, else one of the range.
 * @throws MetaError PORT_RANGE_FULL
 */
export async function findFreePort(range: { from: number; to: number }, preferred?: number): Promise<number> {
  const wanted = preferred === undefined ? [] : [preferred]
  const port = await getPort({ port: [...wanted, ...portNumbers(range.from, range.to)], host: '127.0.0.1' })
  // get-port falls back to any port when all that were asked for are taken.
  if ((port >= range.from && port <= range.to) || port === preferred) return port
  throw new MetaError(
    'PORT_RANGE_FULL',
    `No free port in ${range.from}-${range.to} (${range.to - range.from + 1} in use).`,
    'Stop a server with stop_server, or widen MCPWRIGHT_PORT_RANGE.',
  )
}
