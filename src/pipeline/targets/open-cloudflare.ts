import type { CloudflareTarget } from '../../../runtime/targets/cloudflare/create-cloudflare-target.ts'
import { createPlacedTarget } from '../../../runtime/targets/cloudflare/namespace/create-placed-target.ts'
import type { CloudflareTargetOptions } from '../../../runtime/targets/cloudflare/target-options.ts'
import { createWrangler } from '../../../runtime/targets/cloudflare/wrangler/create-wrangler.ts'
import { compiledFolder, findWrangler } from '../../../runtime/targets/cloudflare/wrangler/find-wrangler.ts'
import { scratchFolder } from '../../config/scratch.ts'
import { cacheFolder } from '../../config/cache-folders.ts'
import { defaults } from '../../config/defaults.ts'
import type { Db } from '../../db/db.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { BuildContents } from '../../model/build-contents.ts'
import type { Deployment } from '../../model/deployment.ts'
import type { DeploymentRequest } from '../../model/deployment-target.ts'
import { digestOfStakes } from '../../model/stakes.ts'
import { LOCAL_TENANT } from '../../model/ids.ts'
import { egressFetch } from '../../net/egress-fetch.ts'
import { findBuildContents } from '../../registry/build-store.ts'
import type { Services } from '../services.ts'
import { apiKeysOf } from './api-keys.ts'
import { findTargetToken } from './find-target-token.ts'
import { findLoginSecret } from './login-secret.ts'
import { trialCallOf } from './trial-call.ts'
import { workerSecretValues } from './worker-secret-values.ts'
import { wranglerNetwork } from './wrangler-network.ts'

export type CloudflareSurroundings = Pick<
  Services,
  'config' | 'db' | 'egress' | 'ownerToken' | 'redactor' | 'secrets' | 'vault' | 'workshop'
>

/** The target `cloudflare`, with what it needs of the rest of mcpwright. */
export function openCloudflare(services: CloudflareSurroundings): CloudflareTarget {
  const { config, db, egress, secrets, workshop, ownerToken } = services
  const network = wranglerNetwork(config)
  const wranglers = cacheFolder(config.cache, 'wrangler')
  const options: CloudflareTargetOptions = {
    fetch: egressFetch(egress, { hosts: 'any', ...defaults.egress }),
    fetchOnce: egressFetch(egress, { hosts: 'any', ...defaults.egress, redirects: 0 }),
    wrangler: createWrangler({
      findProgram: (signal) => findWrangler({ wranglers, registry: { ...config.cloudflare.npm, network } }, signal),
      scratch: scratchFolder(config.home),
      network,
      compiledFolder: compiledFolder(wranglers),
    }),
    bundle: ({ server: { tenantId }, build: { files } }, signal) =>
      workshop.run('bundle-worker', { files }, { tenantId, signal }),
    accessOf: (deployment) => accessOf(deployment, services),
    secretsOf: (request) => workerSecretValues(request, secrets),
    loginSecretOf: ({ server }, login) => findLoginSecret(server, login, services),
    apiKeysOf: async ({ deployment: { id }, settings }) => apiKeysOf({ ownerToken }, { id, settings }),
    effectsOf: async (request) => (await contentsOf(request, db)).effects,
    trialCallOf: async (request) => trialCallOf(request.build, (await contentsOf(request, db)).effects),
    isApproved: async (request) => request.deployment.openApproval === digestOfStakes(await contentsOf(request, db)),
    ownKey: ownerToken,
  }
  const { namespace, limits } = config.cloudflare
  // A program of our own, the same for all tenants.
  const platform = (signal: AbortSignal) =>
    workshop.run('bundle-platform', undefined, { tenantId: LOCAL_TENANT, signal })
  return createPlacedTarget(options, { namespace, limits, platform })
}

async function accessOf(
  { serverId, tenantId }: Deployment,
  services: CloudflareSurroundings,
): ReturnType<CloudflareTargetOptions['accessOf']> {
  const { account, apiBaseUrl } = services.config.cloudflare
  const token = await findTargetToken('cloudflare', { id: serverId, tenantId }, services)
  if (token === undefined) throw tokenGone()
  // That of a login passes through here for the first time.
  services.redactor.learn({ name: 'CLOUDFLARE_API_TOKEN', value: token }, tenantId)
  return { token, apiBaseUrl, ...(account !== undefined && { accountIds: [account] }) }
}

function tokenGone(): MetaError {
  return new MetaError(
    'SECRET_MISSING',
    'There is no CLOUDFLARE_API_TOKEN any more, so Cloudflare cannot be asked.',
    'A person enters one: deploy again gives the link; or set MCPWRIGHT_CLOUDFLARE_TOKEN and start mcpwright anew.',
  )
}

async function contentsOf({ server, build }: DeploymentRequest, db: Db): Promise<BuildContents> {
  const contents = await db.as(server.tenantId, (sql) => findBuildContents(sql, server.tenantId, build.id))
  if (contents) return contents
  throw new MetaError(
    'VERSION_UNKNOWN',
    `Version ${build.version} of "${server.name}" is from before it was noted what a version consists of.`,
    'Deploy its newest definition instead.',
    { next: { tool: 'deploy', arguments: { server: server.name, target: 'cloudflare' } } },
  )
}
