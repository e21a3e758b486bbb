import { createHash, createHmac } from 'node:crypto'
import type { DeploymentId } from '../model/ids.ts'
import type { Services } from './services.ts'

/**
 * The token that clients of one deployed server send. It is made from the owner's, so it is nowhere stored.
 * @param number  where one comes after another: the first is 1
 */
export function deploymentToken({ ownerToken }: Pick<Services, 'ownerToken'>, id: DeploymentId, number = 1): string {
  const subject = number === 1 ? `deployment:${id}` : `deployment:${id}:${number}`
  return createHmac('sha256', ownerToken).update(subject).digest('base64url')
}

/** SHA-256, in hex. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
