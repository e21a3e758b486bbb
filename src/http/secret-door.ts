import type { Request, Response } from 'express'
import { MetaError } from '../errors/meta-error.ts'
import { SECRET_NAME } from '../model/names.ts'
import type { Principal } from '../model/principal.ts'
import { setServerSecret } from '../pipeline/set-server-secret.ts'
import type { Services } from '../pipeline/services.ts'
import { readBody } from './read-body.ts'

const LARGEST_BYTES = 64 * 1024

/** `PUT /servers/{name}/secrets` with `{name, host?, value}`: for the owner's own command, never for a model. */
export async function setSecretDoor(
  request: Request,
  server: string,
  response: Response,
  services: Services,
  { tenantId }: Principal,
): Promise<void> {
  const { name, host, value } = readSecret((await readBody(request, LARGEST_BYTES)).toString('utf8'))
  const bound = await setServerSecret({ server, name, value, ...(host !== undefined && { host }) }, services, tenantId)
  response.json({ server, name, host: bound })
}

function readSecret(text: string): { name: string; host: string | undefined; value: string } {
  const { name, host, value }: Record<string, unknown> = { ...Object(parse(text)) }
  const isWhole =
    typeof name === 'string' &&
    typeof value === 'string' &&
    value !== '' &&
    (host === undefined || typeof host === 'string')
  if (isWhole && SECRET_NAME.test(name)) return { name, host, value }
  throw new MetaError(
    'ARGUMENTS_INVALID',
    'A secret has a name such as GITHUB_TOKEN, and a value.',
    'Send {"name": …, "value": …}, and "host" where it is not plain.',
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
