import { MetaError } from '../../errors/meta-error.ts'
import { cleanLine } from '../../../generators/importers/openapi/clean-text.ts'
import { type ConnectionTool, hostOf } from '../../model/connection.ts'
import type { ExternalHandler } from '../../model/tool-definition.ts'
import type { Services } from '../services.ts'
import type { ConnectionTarget } from './connections.ts'
import { describeChange } from './describe-change.ts'
import type { Listing } from './list-upstream-tools.ts'
import { noteListing } from './note-listing.ts'

/** Who asks for approval where the daemon itself has found a change. */
const FINDER = 'mcpwright'

/**
 * Says why a tool that is not as it was allowed is not called, and puts the change before a person.
 * @throws MetaError TOOL_GONE, TOOL_CHANGED with the difference in words
 */
export async function refuseChanged(
  target: ConnectionTarget,
  { tool, digest }: ExternalHandler,
  listing: Listing,
  { db }: Pick<Services, 'db'>,
): Promise<never> {
  const tools = await db.as(target.tenantId, (sql) => noteListing(sql, target, listing, FINDER))
  const name = `"${cleanLine(tool, 100)}" of "${hostOf(target.connection)}"`
  const known = tools?.find((each) => each.tool === tool)
  const isListed = listing.tools.some(({ definition }) => definition.name === tool)
  if (!isListed) {
    throw new MetaError(
      'TOOL_GONE',
      `The tool ${name} is no longer there.`,
      'Use another one. If it is gone for good, remove it with remove_item and deploy.',
    )
  }
  throw new MetaError(
    'TOOL_CHANGED',
    `The tool ${name} is not what was allowed, and was not called. ${difference(known)}`,
    remedy(known, digest),
  )
}

function difference(known: ConnectionTool | undefined): string {
  const { pinned, latest } = known ?? {}
  if (!pinned || !latest || pinned.digest === latest.digest) return ''
  return describeChange(pinned.definition, latest.definition).join(' ')
}

/** @param digest  what the running version has */
function remedy(known: ConnectionTool | undefined, digest: string): string {
  const { pinned, latest } = known ?? {}
  if (!pinned) return 'Connect it again with connect_external, then deploy.'
  if (latest?.digest === pinned.digest && pinned.digest !== digest) {
    return 'A person has allowed it as it is now: deploy the server to take that up.'
  }
  return 'It waits for a person: mcpwright inbox. When they have allowed it, deploy the server.'
}
