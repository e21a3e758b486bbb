import { defaults } from '../../config/defaults.ts'
import { MetaError } from '../../errors/meta-error.ts'

export function inboxFull(): MetaError {
  return new MetaError(
    'LIMIT_EXCEEDED',
    `The inbox already holds ${defaults.inbox.items} requests.`,
    'A person has to work through it first: mcpwright inbox',
  )
}
