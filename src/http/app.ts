import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { sendMetrics } from '../../runtime/targets/local/answer-request.ts'
import { sendProblem } from '../../runtime/targets/local/check-caller.ts'
import { rewordError } from '../errors/reword-error.ts'
import type { Principal } from '../model/principal.ts'
import type { InboxLinks } from '../inbox/inbox-links.ts'
import type { Services } from '../pipeline/services.ts'
import { backUp } from '../pipeline/back-up.ts'
import { checkAuditChain } from '../registry/audit-chain.ts'
import { listDeploymentsElsewhere } from '../registry/deployments-elsewhere.ts'
import { deploymentMount } from './deployment-mount.ts'
import { receiveDescription } from './description-door.ts'
import { listInboxDoor, mintLinkDoor, setPolicyDoor, showPolicyDoor } from './inbox-control-door.ts'
import { inboxDoor } from './inbox-door.ts'
import { adoptDoor, showProjectDoor } from './project-door.ts'
import { setSecretDoor } from './secret-door.ts'
import { refuseForeign, requireToken } from './guard.ts'
import { exportDoor, importDoor } from './move-door.ts'
import type { MetaEndpoint } from './meta-endpoint.ts'
import { queryText } from './query-text.ts'
import { listServersDoor, showEndpointDoor, showJobDoor } from './server-doors.ts'

export interface AppOptions {
  readonly token: string
  readonly principal: Principal
  readonly version: string
  readonly meta: MetaEndpoint
  /** A stdio door's client cancels a call; `id` is its request's, as JSON. */
  readonly cancelCall: (door: string, id: string) => void
  readonly services: () => Promise<Services>
  readonly inboxLinks: InboxLinks
  /** Takes secrets out of what an error says. */
  readonly redact: (text: string) => string
  /** Whether the database and the queue are up. */
  readonly isReady: () => boolean
  /** Answers at /s/{slug}/…; the deployment's own token is checked there. */
  readonly serveDeployment: (slug: string, path: string, request: Request, response: Response) => Promise<void>
  /** Of all deployed servers, for Prometheus. */
  readonly metrics: () => Promise<string>
  /** Ends the daemon after this answer. */
  readonly drain: () => void
}

/** The daemon's HTTP side: a door beside a door, each parses, calls and renders. */
export function createApp(options: AppOptions): Express {
  const { token, principal, meta, services } = options
  const app = express()
  app.disable('x-powered-by')
  app.use(refuseForeign)
  app.get('/health', (_, response) => {
    response.json({ status: 'ok', version: options.version, pid: process.pid, ready: options.isReady() })
  })
  app.get('/ready', (_, response) => {
    response.status(options.isReady() ? 200 : 503).json({ ready: options.isReady() })
  })
  app.use(async (request, response, next) => {
    const mount = deploymentMount(request.originalUrl)
    if (mount) await options.serveDeployment(mount.slug, mount.path, request, response)
    else next()
  })
  app.use('/inbox', inboxDoor(options.inboxLinks, services))
  app.use(requireToken(token))
  app.get('/metrics', async (_, response) => sendMetrics(response, await options.metrics()))
  app.all('/mcp', (request, response) => meta.handle(request, response))
  app.post('/upload-openapi', async (request, response) =>
    receiveDescription(request, response, await services(), principal),
  )
  app.get('/servers', async (_, response) => listServersDoor(response, await services(), principal))
  app.get('/servers/:name/endpoint', async (request, response) =>
    showEndpointDoor(request.params.name, queryText(request, 'target'), response, await services(), principal),
  )
  app.get('/servers/:name/export', async (request, response) =>
    exportDoor(request.params.name, response, await services(), principal, options.version),
  )
  app.post('/servers/import', async (request, response) => importDoor(request, response, await services(), principal))
  app.put('/servers/:name/secrets', async (request, response) =>
    setSecretDoor(request, request.params.name, response, await services(), principal),
  )
  app.post('/secrets/rotate', async (_, response) => {
    response.json(await (await services()).rotateSecrets())
  })
  app.get('/control/inbox', async (_, response) => listInboxDoor(response, await services(), principal))
  app.post('/control/inbox/link', async (_, response) => mintLinkDoor(response, await services(), principal))
  app.get('/control/inbox/policy', async (_, response) => showPolicyDoor(response, await services(), principal))
  app.put('/control/inbox/policy', async (request, response) =>
    setPolicyDoor(request, response, await services(), principal),
  )
  app.get('/control/audit', async (_, response) => {
    response.json(await (await services()).db.as(principal.tenantId, (sql) => checkAuditChain(sql, principal.tenantId)))
  })
  app.post('/control/backup', async (_, response) => {
    const about = { mcpwright: options.version, at: new Date() }
    response.json({ file: await backUp(await services(), principal.tenantId, about) })
  })
  app.get('/control/elsewhere', async (_, response) => {
    const { db } = await services()
    const deployments = await db.as(principal.tenantId, (sql) => listDeploymentsElsewhere(sql, principal.tenantId))
    response.json({ deployments })
  })
  app.get('/control/servers/:name/project', async (request, response) =>
    showProjectDoor(request.params.name, response, await services(), principal),
  )
  app.post('/control/servers/:name/adopt', async (request, response) =>
    adoptDoor(request, request.params.name, response, await services(), principal),
  )
  app.get('/jobs/:id', async (request, response) =>
    showJobDoor(request.params.id, response, await services(), principal),
  )
  app.delete('/control/calls/:door/:id', (request, response) => {
    options.cancelCall(request.params.door, request.params.id)
    response.status(204).end()
  })
  app.post('/control/drain', (_, response) => {
    response.once('close', options.drain)
    response.status(202).json({ draining: true })
  })
  app.use((request, response) => {
    response
      .status(404)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: 'about:blank',
          title: 'NOT_FOUND',
          status: 404,
          detail: `There is nothing at ${request.path}.`,
          fix: 'See /health, /mcp, /servers, /upload-openapi.',
        }),
      )
  })
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    if (response.headersSent) return void response.destroy()
    sendProblem(response, rewordError(error, options.redact))
  })
  return app
}
