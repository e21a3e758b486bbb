import { createServer, type Server } from 'node:http'
import { defaults } from '../config/defaults.ts'
import type { Opener } from '../daemon/opener.ts'
import type { Presence } from '../daemon/presence.ts'
import { ownVersion } from '../daemon/version.ts'
import { createApp } from '../http/app.ts'
import { deploymentMount } from '../http/deployment-mount.ts'
import { createMetaEndpoint, type MetaEndpoint } from '../http/meta-endpoint.ts'
import { createMetaServer } from '../mcp/meta-server.ts'
import { createOpenCalls } from '../mcp/open-calls.ts'
import { createOpenQuestions } from '../mcp/open-questions.ts'
import type { Opened, Surroundings } from './open-services.ts'
import { OWNER } from './owner.ts'

export interface DoorsOptions extends Omit<Surroundings, 'baseUrl'> {
  readonly presence: Pick<Presence, 'noteRequest'>
  /** What a request needs of the database; asked for with the first one, when it is known where the daemon listens. */
  readonly opener: () => Pick<Opener<Opened>, 'open' | 'opened'>
  readonly drain: () => void
}

export interface Doors {
  /** Does not listen yet. */
  readonly server: Server
  /** Of the meta tools. */
  readonly meta: MetaEndpoint
  /** Nobody answers any more what is still asked. */
  closeQuestions(): void
}

/** Where everybody comes in: MCP clients, browsers, commands of the terminal, and clients of deployed servers. */
export function createDoors(options: DoorsOptions): Doors {
  const { config, ownerToken, inboxLinks, redactor, presence, drain } = options
  const open = () => options.opener().open()
  const services = async () => (await open()).services
  const openCalls = createOpenCalls()
  const openQuestions = createOpenQuestions(defaults.confirmation.unansweredMs)
  const meta = createMetaEndpoint(() =>
    createMetaServer({ services, openQuestions, openCalls, fileTools: config.fileTools }, OWNER),
  )
  const app = createApp({
    token: ownerToken,
    principal: OWNER,
    version: ownVersion(),
    meta,
    cancelCall: openCalls.cancel,
    services,
    inboxLinks,
    redact: redactor.redactLog,
    isReady: () => options.opener().opened() !== undefined,
    async serveDeployment(slug, place, request, response) {
      const { target } = await open()
      await target.handleDeploymentRequest(slug, place, request, response)
    },
    async metrics() {
      const { target } = await open()
      return await target.metrics()
    },
    drain,
  })
  const server = createServer((request, response) => {
    presence.noteRequest(response)
    app(request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    const mount = deploymentMount(request.url)
    const refuse = (): void => void socket.destroy()
    if (!mount) return refuse()
    // Who opens the database tells that it failed; here there is nobody left to tell.
    open().then(({ target }) => target.handleDeploymentUpgrade(mount.slug, mount.path, request, socket, head), refuse)
  })
  return { server, meta, closeQuestions: () => openQuestions.close() }
}
