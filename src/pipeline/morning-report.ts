import type { Deployment } from '../model/deployment.ts'
import { describeRequest, type InboxItem } from '../model/inbox/inbox-item.ts'
import type { ServerId } from '../model/ids.ts'

/** One line of what a person has to know of a server's last deploy; undefined when all went well. */
export function lastWord(server: ServerId, deployments: readonly Deployment[]): string | undefined {
  const messages = deployments.flatMap(({ serverId, status, statusMessage }) =>
    serverId === server && status !== 'deleted' && statusMessage !== null ? [statusMessage] : [],
  )
  const [message] = messages
  return message === undefined ? undefined : shorten(message)
}

/** What waits for a person, as lines; a person answers them, and a model can only say so. */
export function tellWaiting(items: readonly InboxItem[]): readonly string[] {
  return items.length === 0
    ? []
    : [`Waiting for a person (mcpwright inbox): ${items.map((item) => describeRequest(item)).join('; ')}`]
}

const LONGEST = 200

function shorten(text: string): string {
  const line = text.replaceAll('\n', ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
