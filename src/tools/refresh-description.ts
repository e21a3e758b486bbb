import type { SourceKind } from '../model/api-importer.ts'
import type { DescriptionSource, DescriptionText } from '../pipeline/read-description.ts'
import { refreshApi } from '../pipeline/refresh-api.ts'
import { reportRefresh, summarizeRefresh } from '../pipeline/refresh-report.ts'
import { fitAnswer } from './fit-answer.ts'
import type { importAnswer, ImportInput } from './import-description.ts'
import type { AnswerOf, MetaCall } from './meta-tool.ts'

/** What a refresh takes besides what an import takes. */
export interface RefreshInput extends ImportInput {
  readonly overlay?: string
  readonly refresh?: boolean
  readonly accept_breaking?: boolean
}

interface RefreshTool {
  /** Its name, for the call that comes next. */
  readonly tool: string
  readonly kind: SourceKind
  /** Where it is to be read; absent: where it was read the last time. */
  readonly source: DescriptionSource | undefined
  read(source: DescriptionSource): Promise<DescriptionText>
}

/** Reads a server's description again, and tells what has changed, or takes it up. */
export async function refreshDescription(
  input: RefreshInput,
  { services, principal: { tenantId }, signal, progress }: MetaCall,
  { tool, kind, source, read }: RefreshTool,
): Promise<AnswerOf<typeof importAnswer>> {
  progress('Reading the description again.')
  const isPreview = input.preview ?? true
  const request = {
    serverName: input.server,
    kind,
    read,
    ...(source && { source }),
    ...(input.overlay !== undefined && { overlay: input.overlay }),
    ...(input.base_url !== undefined && { baseUrl: input.base_url }),
    ...(input.select && { select: input.select }),
    preview: isPreview,
    acceptBreaking: input.accept_breaking ?? false,
  }
  const outcome = await refreshApi(request, services, tenantId, signal)
  const { removed, changed, added } = outcome.plan
  const hasNews = removed.length + changed.length + added.length > 0
  const next = isPreview
    ? { tool, arguments: { ...again(input), ...(tool === 'import_api' && { kind }) } }
    : { tool: 'deploy', arguments: { server: input.server } }
  return fitAnswer({
    text: `${outcome.api.title}, ${isPreview ? 'preview' : 'refreshed'}: ${summarizeRefresh(outcome.plan)}`,
    structured: { server: input.server, preview: isPreview, ...reportRefresh(outcome) },
    ...(hasNews && { next: [next] }),
  })
}

function again({ server, url, file, select }: RefreshInput): Readonly<Record<string, unknown>> {
  return {
    server,
    refresh: true,
    preview: false,
    ...(url !== undefined && { url }),
    ...(file !== undefined && { file }),
    ...(select && { select }),
  }
}
