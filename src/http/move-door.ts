import type { Request, Response } from 'express'
import { defaults } from '../config/defaults.ts'
import type { Principal } from '../model/principal.ts'
import { exportServer, importServer, previewServer, readPortable } from '../pipeline/move-server.ts'
import type { Services } from '../pipeline/services.ts'
import { queryText } from './query-text.ts'
import { readBody } from './read-body.ts'

/** `GET /servers/{name}/export` */
export async function exportDoor(
  name: string,
  response: Response,
  services: Services,
  { tenantId }: Principal,
  version: string,
): Promise<void> {
  response.json(await exportServer(name, services, tenantId, version))
}

/** `POST /servers/import?name=&preview=`: a file that was exported; with `preview` nothing is stored. */
export async function importDoor(
  request: Request,
  response: Response,
  services: Services,
  { tenantId }: Principal,
): Promise<void> {
  const text = (await readBody(request, defaults.limits.portableBytes)).toString('utf8')
  const leaving = new AbortController()
  response.once('close', () => leaving.abort())
  const portable = await readPortable(text, services, tenantId, leaving.signal)
  const name = queryText(request, 'name')
  const preview = previewServer(portable, name)
  const isPreview = request.query['preview'] !== undefined
  if (!isPreview) await importServer(portable, services, { tenantId, name, signal: leaving.signal })
  response.json(preview)
}
