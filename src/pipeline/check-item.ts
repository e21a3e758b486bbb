import type { Finding } from '../model/finding.ts'
import type { Server } from '../model/server.ts'
import { type CodeSample, sampleDefinition } from './check-code.ts'
import type { Services } from './services.ts'

/** What the rules find at something that was just saved. What depends on the rest of the server, check_server tells. */
export async function checkItem(
  item: CodeSample,
  { name, exposure, tenantId }: Pick<Server, 'name' | 'exposure' | 'tenantId'>,
  { workshop }: Pick<Services, 'workshop'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const definition = { ...sampleDefinition(item), name, exposure }
  const findings = await workshop.run('check-definition', { definition }, { tenantId, signal })
  return findings.filter(({ id }) => !id.includes(':server/'))
}
