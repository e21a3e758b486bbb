import type { Response } from 'express'
import { describeRequest } from '../model/inbox/inbox-item.ts'
import type { Principal } from '../model/principal.ts'
import { waitingItems } from '../pipeline/inbox/answer-inbox.ts'
import type { Services } from '../pipeline/services.ts'

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
