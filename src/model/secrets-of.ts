import { type Connection, hostOf } from './connection.ts'
import type { ServerDefinition } from './server-definition.ts'

/** A secret that a server works with, whatever it is for. */
export interface NeededSecret {
  readonly name: string
  readonly hosts: readonly string[]
  readonly purpose: string
}

/** The secrets of a server's calls, and the tokens of its connections. */
export function secretsOf({
  credentials,
  connections,
}: Pick<ServerDefinition, 'credentials' | 'connections'>): readonly NeededSecret[] {
  return [...credentials, ...tokensOf(connections)]
}

export function tokensOf(connections: readonly Connection[]): readonly NeededSecret[] {
  return connections.flatMap((connection) =>
    connection.token === undefined
      ? []
      : [{ name: connection.token, hosts: [hostOf(connection)], purpose: `Signs in at ${connection.url}.` }],
  )
}
