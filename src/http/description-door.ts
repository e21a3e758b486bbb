import type { Request, Response as HttpResponse } from 'express'
import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import { SERVER_NAME } from '../model/names.ts'
import type { Principal } from '../model/principal.ts'
import { addOperations, importApi } from '../pipeline/import-api.ts'
import { queueDeploy } from '../pipeline/queue-work.ts'
import { addServer } from '../pipeline/quota.ts'
import type { Services } from '../pipeline/services.ts'
import { findServerByName } from '../registry/server-store.ts'
import { readBody } from './read-body.ts'
import { readMultipart } from './read-multipart.ts'
import { queryText } from './query-text.ts'

/**
 * `POST /upload-openapi`: a multipart form with `file` (and `name`), or the description itself as the body with
 * `?name=`. Validated and stored at once, generated and launched by the queue: 202 with a job to ask for.
 */
export async function receiveDescription(
  request: Request,
  response: HttpResponse,
  services: Services,
  principal: Principal,
): Promise<void> {
  const { tenantId } = principal
  const upload = await readUpload(request)
  const abort = new AbortController()
  response.once('close', () => abort.abort())
  const description = { text: upload.text }
  const api = await importApi(description, upload.baseUrl, services, tenantId, abort.signal)
  const name = upload.name ?? nameFromTitle(api.title)
  const server = await services.db.as(tenantId, async (sql) => {
    const existing = await findServerByName(sql, tenantId, name)
    return (
      existing ??
      addServer(sql, services.config.quota, tenantId, {
        name,
        description: api.description || api.title,
        exposure: 'tools',
      })
    )
  })
  const all = { all: true }
  const { added, exposure } = await addOperations(
    api,
    { serverName: name, description, select: all },
    services,
    tenantId,
  )
  const gates = { acknowledge: [], subject: principal.subject }
  const { job, deployment } = await queueDeploy(server, { target: 'local' }, { gates }, services, tenantId)
  response
    .status(202)
    .location(`/jobs/${job}`)
    .json({
      job,
      status_url: `${services.baseUrl}/jobs/${job}`,
      server: name,
      tools: added.length,
      exposure,
      skipped: api.skipped,
      url: `${services.baseUrl}/s/${deployment.slug}/mcp`,
    })
}

interface Upload {
  readonly text: string
  readonly name: string | undefined
  readonly baseUrl: string | undefined
}

async function readUpload(request: Request): Promise<Upload> {
  const body = await readBody(request, defaults.limits.descriptionBytes)
  const type = request.headers['content-type'] ?? ''
  const fields = type.startsWith('multipart/form-data') ? await readForm(body, type) : { text: body.toString('utf8') }
  const upload = { name: queryText(request, 'name'), baseUrl: queryText(request, 'base_url'), ...fields }
  if (upload.text.trim() === '') {
    throw new MetaError(
      'DESCRIPTION_UNREADABLE',
      'The upload is empty.',
      'Send the description as the field "file" of a form, or as the body.',
    )
  }
  if (upload.name !== undefined && !SERVER_NAME.test(upload.name)) {
    throw new MetaError(
      'SERVER_NAME_INVALID',
      `"${upload.name}" is not a server name.`,
      `Names match ${SERVER_NAME.source}.`,
    )
  }
  return upload
}

async function readForm(body: Buffer, type: string): Promise<{ text: string; name?: string; baseUrl?: string }> {
  const form = await readMultipart(body, type)
  const text = form.get('file')
  if (text === undefined)
    throw new MetaError(
      'DESCRIPTION_UNREADABLE',
      'The form has no field "file".',
      'Send the description as its field "file".',
    )
  const [name, baseUrl] = [form.get('name'), form.get('base_url')]
  return { text, ...(name && { name }), ...(baseUrl && { baseUrl }) }
}

function nameFromTitle(title: string): string {
  const name = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 38)
    .replace(/-+$/, '')
  return SERVER_NAME.test(name) ? name : 'api-server'
}
