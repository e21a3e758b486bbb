import type { FindingKind } from '../model/finding.ts'
import type { PromptDefinition, ResourceDefinition, ServerDefinition } from '../model/server-definition.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { isRecord } from './schema-nodes.ts'

/** A text with its place. */
export interface PlacedText {
  readonly kind: FindingKind
  readonly name: string
  readonly at: string
  readonly text: string
  readonly role: TextRole
}

/**
 * `label`: says what something is, and has no business with telling a model what to do. `message`: a prompt's text,
 * which is there to tell it. `content`: a document that is read as such. `code` is run, and read by people.
 */
export type TextRole = 'label' | 'message' | 'content' | 'code'

/** Every text of a definition that a model or a person may read. */
export function textsOf(definition: ServerDefinition): readonly PlacedText[] {
  const { name, description, tools, resources, prompts, credentials, shared = {}, overlays = [] } = definition
  return [
    { kind: 'server', name, at: 'description', text: description, role: 'label' },
    ...credentials.map(
      (credential) =>
        ({
          kind: 'server',
          name,
          at: `credential ${credential.name}`,
          text: credential.purpose,
          role: 'label',
        }) as const,
    ),
    ...Object.entries(shared).map(
      ([file, text]) => ({ kind: 'server', name, at: `shared file ${file}`, text, role: 'code' }) as const,
    ),
    ...overlays.map(
      ({ path, text }) => ({ kind: 'file', name: path, at: 'text', text: text ?? '', role: 'code' }) as const,
    ),
    ...tools.flatMap(textsOfTool),
    ...resources.flatMap(textsOfResource),
    ...prompts.flatMap(textsOfPrompt),
  ]
}

function textsOfTool(tool: ToolDefinition): PlacedText[] {
  const place = { kind: 'tool', name: tool.name } as const
  const { handler, title, description, group, inputSchema, outputSchema } = tool
  return [
    { ...place, at: 'description', text: description, role: 'label' },
    ...(title === undefined ? [] : [{ ...place, at: 'title', text: title, role: 'label' } as const]),
    ...(group === undefined ? [] : [{ ...place, at: 'group', text: group, role: 'label' } as const]),
    ...textsOfSchema(inputSchema, 'input schema').map((text) => ({ ...place, ...text })),
    ...(outputSchema ? textsOfSchema(outputSchema, 'output schema').map((text) => ({ ...place, ...text })) : []),
    ...(handler.kind === 'code' ? [{ ...place, at: 'code', text: handler.source, role: 'code' } as const] : []),
    ...(handler.kind === 'operation' ? constantsOf(handler.call).map((text) => ({ ...place, ...text })) : []),
  ]
}

type TextAt = Pick<PlacedText, 'at' | 'text' | 'role'>

/** Names, titles, descriptions, defaults, choices, examples: all strings of a schema, keys among them. */
function textsOfSchema(value: unknown, at: string): TextAt[] {
  if (typeof value === 'string') return [{ at, text: value, role: 'label' }]
  if (Array.isArray(value)) return value.flatMap((item) => textsOfSchema(item, at))
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, part]) => {
    const below = SILENT.has(key) ? at : `${at}, ${key}`
    // Most keys are words of JSON Schema or plain names.
    const own: TextAt[] = /^[$\w.-]{1,64}$/.test(key) ? [] : [{ at, text: key, role: 'label' }]
    return MACHINE.has(key) && typeof part === 'string' ? own : [...own, ...textsOfSchema(part, below)]
  })
}

/** Keywords that say nothing about the place. */
const SILENT = new Set(['properties', '$defs', 'items', 'allOf', 'anyOf', 'oneOf', 'enum', 'required'])
/** Keywords whose values no model takes for prose. */
const MACHINE = new Set(['type', 'format', 'pattern', '$ref', '$schema', '$id', 'contentEncoding', 'contentMediaType'])

/** What a request always sends. */
function constantsOf({
  fixed,
  path,
  servers,
  body,
}: {
  fixed?: unknown
  path: string
  servers: unknown
  body?: object
}): TextAt[] {
  const template = body && 'template' in body ? body.template : undefined
  const texts = [...stringsOf(fixed), ...stringsOf(template), ...stringsOf(servers), path]
  return texts.map((text) => ({ at: 'request', text, role: 'code' }))
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}

function textsOfResource({ name, description, uri, content }: ResourceDefinition): PlacedText[] {
  const place = { kind: 'resource', name } as const
  return [
    { ...place, at: 'uri', text: uri, role: 'label' },
    ...(description === undefined ? [] : [{ ...place, at: 'description', text: description, role: 'label' } as const]),
    ...(content.kind === 'text' ? [{ ...place, at: 'text', text: content.text, role: 'content' } as const] : []),
    ...(content.kind === 'code' ? [{ ...place, at: 'code', text: content.source, role: 'code' } as const] : []),
  ]
}

function textsOfPrompt({ name, description, arguments: args, messages }: PromptDefinition): PlacedText[] {
  const place = { kind: 'prompt', name } as const
  const said: PlacedText[] =
    'kind' in messages
      ? [{ ...place, at: 'code', text: messages.source, role: 'code' }]
      : messages.flatMap((message) =>
          ('text' in message ? [message.text] : stringsOf(message.content)).map(
            (text) => ({ ...place, at: 'message', text, role: 'message' }) as const,
          ),
        )
  return [
    { ...place, at: 'description', text: description, role: 'label' },
    ...args.flatMap(({ name: argument, description: text = '', values = [] }) =>
      [text, ...values].map((each) => ({ ...place, at: `argument "${argument}"`, text: each, role: 'label' }) as const),
    ),
    ...said,
  ]
}
