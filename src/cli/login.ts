import { ALL_VERSIONS, NEWEST_MODERN } from '../../bridge/protocol/versions.ts'
import { envelope } from '../../bridge/serve/envelope.ts'
import { RpcError } from '../../bridge/protocol/json-rpc.ts'
import { MetaError } from '../errors/meta-error.ts'
import { openRemoteServer, type RemoteOptions } from './remote-server.ts'

/** Sends the greeting that a client would send; whatever login that takes is then done for all clients. */
export async function login(address: string, options: RemoteOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const { signal } = new AbortController()
  const { endpoint, store } = openRemoteServer(address, options, environment, signal)
  const { failure: _, ...record } = await store.read()
  // A person who asks wants the page opened, whatever failed a minute ago.
  await store.write(record)
  const message = { jsonrpc: '2.0', id: 1, method: 'server/discover', params: envelope({}) } as const
  const headers = { 'mcp-protocol-version': NEWEST_MODERN, 'mcp-method': message.method }
  try {
    // An older server refuses the greeting, but not before it has looked at the token.
    const answer = await endpoint.send?.({ method: 'POST', headers, message, signal })
    await answer?.discard()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new MetaError(error instanceof RpcError ? 'UNAUTHORIZED' : 'UPSTREAM_UNREACHABLE', reason, ADVICE)
  }
  const { issuer } = await store.read()
  console.log(
    issuer === undefined
      ? `"${endpoint.url}" wants no login (asked in ${ALL_VERSIONS[0]}).`
      : `Logged in to "${endpoint.url}" at "${issuer}". Connect with: mcpwright connect ${endpoint.url}`,
  )
  process.exit(0)
}

const ADVICE = 'Nothing was changed; run the command again when that is mended.'

/** Forgets tokens and registration on this machine; the authorization server is not told. */
export async function logout(address: string, options: RemoteOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const { endpoint, store } = openRemoteServer(address, options, environment, new AbortController().signal)
  const { issuer } = await store.read()
  await store.forget()
  console.log(
    issuer === undefined ? `There was no login to "${endpoint.url}".` : `Forgot the login to "${endpoint.url}".`,
  )
  process.exit(0)
}
