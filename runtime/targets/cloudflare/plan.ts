import type { DeploymentPlan, DeploymentRequest } from '../../../src/model/deployment-target.ts'
import { listVersions, readShares } from './api/versions.ts'
import { composeConfig } from './compose-config.ts'
import { planDeployment } from './plan-deployment.ts'
import { prepare } from './prepare.ts'
import { refuseForeign } from './refuse-foreign.ts'
import { releaseKey } from './release-key.ts'
import { servingShares, splitTraffic } from './split-traffic.ts'
import type { CloudflareTargetOptions } from './target-options.ts'

/**
 * What a deploy would do now: the platform is asked, and nothing is changed.
 * @throws MetaError as the deploy would before its first change
 */
export async function plan(
  options: CloudflareTargetOptions,
  request: DeploymentRequest,
  signal: AbortSignal,
): Promise<DeploymentPlan> {
  const { api, settings, worker, url, modules, secrets, missing, remarks, state } = await prepare(
    options,
    request,
    signal,
  )
  const versions = await listVersions(api, worker, signal)
  refuseForeign(versions, worker.name, request.deployment.id, state)
  const { files, version, digest } = request.build
  const config = composeConfig({ files, settings, worker: worker.name, storage: state ?? {} })
  const key = releaseKey({ digest, config, secrets }, options.ownKey)
  const served = versions ? (state?.versions ?? []) : []
  const kept = served.find((each) => each.key === key && versions?.some(({ id }) => id === each.id))
  const before = versions ? servingShares(await readShares(api, worker, signal), versions) : []
  const [split] = splitTraffic(kept?.id ?? '', settings.traffic, before)
  return planDeployment({
    version,
    files,
    modules,
    settings,
    config,
    worker: worker.name,
    account: worker.accountId,
    url: `${url}/mcp`,
    state: state && { ...state, versions: served },
    isKept: kept !== undefined,
    share: split?.percent ?? 100,
    remarks,
    secrets: { names: Object.keys(secrets), missing },
  })
}
