import type { Request, Response } from 'express'
import { describeRequest } from '../model/inbox/inbox-item.ts'
import type { Principal } from '../model/principal.ts'
import { waitingItems } from '../pipeline/inbox/answer-inbox.ts'
import { confirmPolicy } from '../pipeline/confirmed-call.ts'
import type { Services } from '../pipeline/services.ts'
import { readConfirmPolicy, setConfirmPolicy } from '../pipeline/set-confirm-policy.ts'
import { readBody } from './read-body.ts'

/** `GET /control/inbox`: what waits, for the owner's own command. */
export async function listInboxDoor(response: Response, services: Services, principal: Principal): Promise<void> {
  const items = await waitingItems(services, principal)
  response.json({
    items: items.map((item) => ({
      request: describeRequest(item),
      requested_by: item.requestedBy,
      requested_at: item.requestedAt,
    })),
  })
}

/** `POST /control/inbox/link`: a link that opens the whole inbox once. No tool gives one out. */
export function mintLinkDoor(response: Response, { inboxLinks, baseUrl }: Services, principal: Principal): void {
  response.status(201).json({ link: `${baseUrl}/inbox/open/${inboxLinks.mint(principal, 'all')}` })
}

/** `GET /control/inbox/policy`: when the owner's calls ask. */
export async function showPolicyDoor(response: Response, services: Services, principal: Principal): Promise<void> {
  response.json({ policy: await confirmPolicy(services, principal) })
}

const LARGEST_BYTES = 1024

/** `PUT /control/inbox/policy` with `always`, `destructive` or `never` as its body. */
export async function setPolicyDoor(
  request: Request,
  response: Response,
  services: Services,
  principal: Principal,
): Promise<void> {
  const policy = readConfirmPolicy((await readBody(request, LARGEST_BYTES)).toString('utf8').trim())
  await setConfirmPolicy(policy, services, principal)
  response.json({ policy })
}
