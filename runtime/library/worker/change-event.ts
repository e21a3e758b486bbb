import type { ServerEvent } from '@modelcontextprotocol/server'
import type { Change } from '../tool-context.ts'

/** What a tool says has changed, as the SDK tells it to those who subscribed. */
export function eventOf(change: Change): ServerEvent {
  switch (change.kind) {
    case 'tools':
      return { kind: 'tools_list_changed' }
    case 'resources':
      return { kind: 'resources_list_changed' }
    case 'prompts':
      return { kind: 'prompts_list_changed' }
    case 'resource':
      return { kind: 'resource_updated', uri: change.uri }
  }
}
