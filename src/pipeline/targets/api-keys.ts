import type { DeploymentSettings } from '../../model/deployment-settings.ts'
import type { DeploymentId } from '../../model/ids.ts'
import { deploymentToken } from '../deployment-token.ts'
import type { Services } from '../services.ts'

/**
 * The API keys that callers of a deployment may send, newest first. The setting `key` counts them: raised by one, a new
 * key holds and the one before does too, so that clients can change over; raised again, the oldest is over.
 */
export function apiKeysOf(
  services: Pick<Services, 'ownerToken'>,
  { id, settings }: { readonly id: DeploymentId; readonly settings: DeploymentSettings },
): readonly string[] {
  const newest = typeof settings.key === 'number' ? settings.key : 1
  const keys = newest > 1 ? [newest, newest - 1] : [newest]
  return keys.map((key) => deploymentToken(services, id, key))
}
