import { jsonText } from './source-text.ts'

const text = { type: 'string' }
const schema = { type: ['object', 'boolean'], description: 'A JSON Schema, 2020-12.' }
const texts = { type: 'object', additionalProperties: text }
const listOf = (items: object) => ({ type: 'array', items })
const record = (required: readonly string[], properties: object) => ({ type: 'object', required, properties })

const parameter = record(['argument', 'name', 'in', 'style', 'explode'], {
  argument: { ...text, description: "The property of the tool's input that holds the value." },
  name: { ...text, description: 'The name on the wire.' },
  in: { enum: ['path', 'query', 'header', 'cookie', 'querystring'] },
  style: { enum: ['simple', 'label', 'matrix', 'form', 'spaceDelimited', 'pipeDelimited', 'deepObject'] },
  explode: { type: 'boolean' },
  separators: listOf(text),
  allowReserved: { type: 'boolean' },
  allowEmptyValue: { type: 'boolean' },
  contentType: text,
})

const body = {
  oneOf: [
    record(['kind', 'argument', 'mediaType', 'required'], {
      kind: { const: 'argument' },
      required: { type: 'boolean' },
    }),
    record(['kind', 'mediaType', 'template'], { kind: { const: 'template' } }),
  ],
}

const fields = record([], { query: texts, headers: texts })

const call = record(['kind', 'method', 'path', 'servers', 'parameters', 'accept', 'security'], {
  kind: { const: 'http' },
  method: { ...text, pattern: '^[A-Za-z]+$' },
  path: { ...text, description: 'A template with {name} placeholders: /books/{id}' },
  servers: { ...listOf(record(['url'], { url: text, variables: { type: 'object' } })), minItems: 1 },
  parameters: listOf(parameter),
  fixed: { ...fields, description: 'What every call sends.' },
  mixed: { ...fields, description: 'Texts around arguments: created:>{date}' },
  body,
  protocol: record(['kind'], { kind: text }),
  accept: listOf(text),
  security: { ...listOf(listOf(text)), description: 'Alternatives: names of credentials that are sent together.' },
  fields: text,
  pick: { ...text, description: 'JSON pointer of the part of an answer that is returned.' },
  errors: text,
})

const operation = {
  ...record(['name', 'description', 'effect', 'inputSchema', 'call'], {
    name: { ...text, pattern: '^[a-zA-Z0-9_.-]{1,128}$' },
    title: text,
    description: text,
    effect: { enum: ['read', 'write', 'delete'], description: 'What a call does to the world.' },
    inputSchema: { ...schema, type: 'object' },
    outputSchema: schema,
    call,
    group: text,
  }),
  additionalProperties: false,
}

const credential = {
  ...record(['name', 'hosts', 'placement', 'purpose'], {
    name: { ...text, description: 'Of the environment variable: GITHUB_TOKEN' },
    hosts: { ...listOf(text), description: 'Where it may be sent: host or host:port.' },
    placement: record(['type'], { type: text }),
    purpose: text,
  }),
  additionalProperties: false,
}

/**
 * `src/operations.schema.json`, the JSON Schema of `operations.json`, so that editors say what is wrong with an edit. It follows OperationsFile of
 * runtime/library/operation.ts; what a protocol says of its own is left to the protocol.
 */
export const operationsSchema = jsonText({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'The API calls of an MCP server',
  type: 'object',
  required: ['credentials', 'operations'],
  properties: { $schema: text, credentials: listOf(credential), operations: listOf(operation) },
  additionalProperties: false,
})
