import { createHash } from 'node:crypto'
import { counted } from '../counted.ts'
import type { Effect } from '../tool-definition.ts'
import type { InboxKind } from './inbox-kind.ts'

export interface ConnectionRequest {
  readonly kind: 'connection'
  /** Its name in the server. */
  readonly connection: string
  readonly url: string
  /** The tools that are wanted, as they were listed. */
  readonly tools: readonly ShownTool[]
}

interface ShownTool {
  readonly tool: string
  readonly digest: string
  readonly effect: Effect
}

/** Descriptions by the names of the tools; a tool that has changed since it was asked for is absent. */
export type ConnectionFacts = Readonly<Record<string, string>>

const SHOWN = 100

export const connectionKind: InboxKind<ConnectionRequest, ConnectionFacts> = {
  matterOf: ({ connection }) => connection,
  line: ({ url, tools }, server) => `connect ${server} to ${url} (${counted(tools.length, 'tool')})`,
  title: ({ connection, url }) => `Connect "${connection}" at ${new URL(url).host}`,
  form: (request, descriptions) => ({
    paragraphs: [
      [
        'What is given to these tools is sent to ',
        { strong: request.url },
        '. Their descriptions and effects are its own words; models will read them, and its answers too. Allow it only if you know who runs it.',
      ],
      ['Allowing it allows its host for your other servers too. Each tool is allowed as it stands here.'],
      ...request.tools
        .slice(0, SHOWN)
        .map(({ tool, effect, digest }) => [
          { strong: tool },
          ` (${effect}, ${digest.slice(0, 12)}): ${descriptions[tool] ?? 'it has changed since it was asked for, and would be left out.'}`,
        ]),
      ...(request.tools.length > SHOWN ? [[`And ${request.tools.length - SHOWN} more.`]] : []),
    ],
    fields: [],
    answers: [{ name: choiceFor(request.tools), label: 'Allow these tools', takesFields: false }],
  }),
}

/** The choice names what was shown: what has changed meanwhile is not allowed by an old page. */
export function choiceFor(shown: readonly object[]): string {
  return `allow-${createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 16)}`
}
