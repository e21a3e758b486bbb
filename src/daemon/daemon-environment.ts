import { allocatorSettings } from '../config/allocator-settings.ts'
import type { Config } from '../config/load-config.ts'

/** Nothing of the chat's environment but what finds the data and the network, and the secrets that a person listed. */
export function daemonEnvironment({ home, envSecrets }: Config, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = Object.keys(environment).filter(
    (name) => name.startsWith('MCPWRIGHT_') && name !== 'MCPWRIGHT_RELAUNCHED',
  )
  const kept = [
    'DATABASE_URL',
    'PATH',
    'HOME',
    'XDG_CONFIG_HOME',
    'APPDATA',
    'TMPDIR',
    'SystemRoot',
    'LOCALAPPDATA',
    'USERPROFILE',
    'TEMP',
    'TZ',
    'NODE_COMPILE_CACHE',
    'npm_execpath',
    'npm_node_execpath',
    'NODE_EXTRA_CA_CERTS',
    ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
  ]
  const wanted = [...names, ...kept, ...envSecrets.map(({ name }) => name)]
  const entries = wanted.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]))
  return { ...allocatorSettings, ...Object.fromEntries(entries), MCPWRIGHT_HOME: home }
}
