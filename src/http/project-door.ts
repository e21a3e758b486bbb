import type { Request, Response } from 'express'
import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Principal } from '../model/principal.ts'
import type { ProjectFiles } from '../model/project-files.ts'
import { adoptFolder } from '../pipeline/files/adopt-folder.ts'
import { openProject } from '../pipeline/files/open-project.ts'
import type { Services } from '../pipeline/services.ts'
import { readBody } from './read-body.ts'

/** `GET /control/servers/{name}/project`: its files, for the owner's own command. */
export async function showProjectDoor(
  server: string,
  response: Response,
  services: Services,
  { tenantId }: Principal,
): Promise<void> {
  const { files } = await openProject(server, services, tenantId, untilGone(response))
  response.json({ files })
}

/** `POST /control/servers/{name}/adopt` with a folder's files: for the owner's own command, never for a model. */
export async function adoptDoor(
  request: Request,
  server: string,
  response: Response,
  services: Services,
  principal: Principal,
): Promise<void> {
  const text = (await readBody(request, defaults.limits.bodyBytes)).toString('utf8')
  const { files, large, store }: Record<string, unknown> = { ...Object(JSON.parse(text)) }
  if (!isTexts(files) || !isTexts(large))
    throw new MetaError('ARGUMENTS_INVALID', 'A folder is files and large, texts by path.', 'Use "mcpwright adopt".')
  const folder = { files, large, store: store === true }
  response.json(await adoptFolder(server, folder, services, principal, untilGone(response)))
}

function isTexts(value: unknown): value is ProjectFiles {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every((text) => typeof text === 'string')
}

function untilGone(response: Response): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}
