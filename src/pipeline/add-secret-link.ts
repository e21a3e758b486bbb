import type { Principal } from '../model/principal.ts'
import { requestSecrets } from './request-secrets.ts'
import type { Services } from './services.ts'

type ToolResult = Readonly<Record<string, unknown>>

/**
 * Adds to a result that says SECRET_MISSING where a person enters what is missing. Other results pass as they are.
 * The words are those of runtime/library/credentials.ts.
 */
export async function addSecretLink(
  result: ToolResult,
  server: string,
  services: Services,
  principal: Principal,
): Promise<ToolResult> {
  const { isError, content } = result
  if (isError !== true || !Array.isArray(content) || !JSON.stringify(content[0] ?? '').includes('SECRET_MISSING: '))
    return result
  const { link, missing } = await requestSecrets(server, undefined, services, principal)
  if (link === undefined) return result
  const names = missing.map(({ name, host }) => `${name} for ${host}`).join(', ')
  const text = `A person enters ${names} at ${link} (works once, 10 minutes). next: request_secrets ${JSON.stringify({ server })}`
  return { ...result, content: [...(content as readonly unknown[]), { type: 'text', text }] }
}
