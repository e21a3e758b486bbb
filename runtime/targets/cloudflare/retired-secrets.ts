import type { WranglerConfig } from './compose-config.ts'

/**
 * A version inherits the secrets of the one before: what the server no longer has, or holds no longer, is emptied by a
 * variable of its name, which goes with the next deploy.
 * @param before  names of secrets that were sent
 */
export function withRetiredSecrets(
  config: WranglerConfig,
  before: readonly string[],
  secrets: Readonly<Record<string, string>>,
): WranglerConfig {
  // As composeConfig wrote them.
  const vars = config['vars'] as Readonly<Record<string, unknown>>
  const retired = before.filter((name) => !(name in secrets) && !(name in vars))
  return { ...config, vars: { ...Object.fromEntries(retired.map((name) => [name, ''])), ...vars } }
}
