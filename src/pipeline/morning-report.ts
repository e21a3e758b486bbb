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

/** How the places away from here were last found, as lines: whoever reads knows how old that is. */
export function tellSightings(deployments: readonly Deployment[], nowMs: number): readonly string[] {
  const up = deployments.filter(({ target, status }) => target !== 'local' && status === 'running')
  return up.map(({ target, seen }) => {
    if (!seen) return `On ${target} it was not looked for yet.`
    const message = seen.message === undefined ? '' : `: ${seen.message}`
    return `Seen ${seen.state} on ${target} ${ageOf(nowMs - Date.parse(seen.at))} ago${message}`
  })
}

function ageOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return 'less than 1 min'
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`
}

const LONGEST = 200

function shorten(text: string): string {
  const line = text.replaceAll('\n', ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
