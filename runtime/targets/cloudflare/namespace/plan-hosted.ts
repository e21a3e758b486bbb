import type { DeploymentPlan, DeploymentRequest } from '../../../../src/model/deployment-target.ts'
import { tellLimits } from '../../../../src/model/worker-limits.ts'
import { bindingNames, hasObjects, readProjectConfig } from '../compose-config.ts'
import { inWords, loginSteps, storageSteps } from '../plan-deployment.ts'
import { limitLines } from '../platform-limits.ts'
import { releaseKey } from '../release-key.ts'
import type { CloudflareTargetOptions } from '../target-options.ts'
import { findDirectory } from './ensure-platform.ts'
import { hostedConfig } from './hosted-config.ts'
import { dispatcherOf, type Hosting, outboundOf } from './hosting.ts'
import { type IssuerHosts, noteKnownHosts } from './issuer-hosts.ts'
import { prepareHosted } from './prepare-hosted.ts'

/**
 * What a deploy into the namespace would do now: the platform is asked, and nothing is changed.
 * @throws MetaError as the deploy would before its first change
 */
export async function planHosted(
  options: CloudflareTargetOptions,
  hosting: Hosting,
  request: DeploymentRequest,
  signal: AbortSignal,
): Promise<DeploymentPlan> {
  const prepared = await prepareHosted(options, hosting, request, signal)
  const { settings, worker, url, modules, secrets, missing, remarks, state, allowed, issuer } = prepared
  const { files, version, digest } = request.build
  const directory = await findDirectory(prepared, hosting.namespace, signal)
  const config = hostedConfig({ files, settings, worker: worker.name, storage: state ?? {} })
  const key = releaseKey({ digest, config, secrets }, options.ownKey)
  const isKept = state?.hosted?.scripts.some((script) => script.key === key) ?? false
  const platform = [dispatcherOf(worker, hosting.namespace), outboundOf(worker, hosting.namespace)]
  return {
    steps: [
      directory
        ? `Uses the dispatch namespace "${hosting.namespace}" (account ${worker.accountId}).`
        : `Creates the dispatch namespace "${hosting.namespace}" (account ${worker.accountId}) with the Workers ${platform.map(({ name }) => `"${name}"`).join(' and ')}.`,
      isKept
        ? `Uploads nothing: the namespace still has version ${version}.`
        : `Uploads version ${version} of "${worker.name}", tries it closed to everybody else, then leads all requests to it. A failure changes nothing.`,
      `It answers at ${url}/mcp (${inWords(settings)}).`,
      ...loginSteps(settings, url, Object.keys(secrets)),
      `It reaches ${allowed.hosts.join(', ') || 'no host'}, and nothing else.`,
      ...issuerSteps(issuer),
      ...tellLimits(allowed.limits),
      ...(hasObjects(readProjectConfig(files)) ? ['Calls that would go on as tasks end within their requests.'] : []),
      ...storageSteps({ files, settings, worker: worker.name, state }),
      ...(isKept ? [] : [`Sets the secrets ${Object.keys(secrets).join(', ')}.`]),
      ...remarks,
      ...(missing.length > 0 ? [`Without a value, so their tools will fail: ${missing.join(', ')}.`] : []),
    ],
    limits: limitLines({
      modules,
      variables: bindingNames(config).length,
      secrets: Object.keys(secrets).length,
      crons: 0,
    }),
  }
}

function issuerSteps({ hosts, fault }: IssuerHosts): string[] {
  return [
    ...(hosts.length > 0 ? [`Of these for who its callers are: ${hosts.join(', ')}.`] : []),
    ...(fault === undefined ? [] : [noteKnownHosts(fault)]),
  ]
}
