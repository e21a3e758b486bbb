/** A description with a text wherever people may write one; `mark` stands for that text. */
export type Dialect = keyof typeof documents

/** Stands for the text in a document, in values, in names, and in the midst of paths and addresses. */
export const mark = 'harmless'

const schema = {
  type: 'object',
  title: mark,
  description: mark,
  required: [mark, 'plain'],
  properties: {
    [mark]: { type: 'string', description: mark, default: mark, example: mark, enum: [mark, 'other'] },
    plain: { type: 'string', pattern: mark, format: mark, title: mark },
    list: { type: 'array', items: { $ref: '#/components/schemas/harmless' } },
    either: {
      anyOf: [
        { type: 'string', const: mark },
        { type: 'object', properties: { [mark]: {} } },
      ],
    },
    typed: { type: mark },
  },
  discriminator: { propertyName: mark, mapping: { [mark]: '#/components/schemas/harmless' } },
  xml: { name: mark, prefix: mark, namespace: mark },
  externalDocs: { url: mark, description: mark },
  [`x-${mark}`]: mark,
}

const info = {
  title: mark,
  summary: mark,
  description: mark,
  version: mark,
  termsOfService: mark,
  contact: { name: mark, url: mark, email: mark },
  license: { name: mark, url: mark, identifier: mark },
}

const texts = { summary: mark, description: mark, externalDocs: { url: mark, description: mark }, [`x-${mark}`]: mark }

const hints = { 'x-mcp': { name: mark, title: mark, description: mark, scopes: [mark], effect: mark } }

const parameters = ['query', 'header', 'path', 'cookie'].map((place) => ({
  name: mark,
  in: place,
  required: place === 'path',
  description: mark,
  style: mark,
  example: mark,
  schema,
}))

const media = { schema, example: mark, encoding: { [mark]: { contentType: mark, headers: { [mark]: { schema } } } } }
const content = {
  'application/json': media,
  'multipart/form-data': media,
  'application/xml': media,
  [`text/${mark}`]: media,
}

const operation = {
  ...texts,
  operationId: mark,
  tags: [mark, 'plain'],
  parameters,
  requestBody: { description: mark, content },
  responses: {
    '200': { description: mark, headers: { [mark]: { schema } }, content, links: { [mark]: { operationId: mark } } },
    [mark]: { description: mark },
  },
  callbacks: { [mark]: { [mark]: {} } },
  security: [{ [mark]: [mark] }, { key: [] }],
  servers: [{ url: `https://api.example.com/${mark}`, description: mark }],
}

const openapi3 = {
  info,
  servers: [
    {
      url: `https://{${mark}}.example.com/${mark}`,
      description: mark,
      variables: { [mark]: { default: mark, enum: [mark], description: mark } },
    },
    { url: mark },
  ],
  tags: [{ name: mark, description: mark }],
  paths: {
    [`/${mark}/{${mark}}`]: { ...texts, get: operation, post: { ...operation, ...hints }, [mark]: operation },
    '/plain': { get: { ...operation, operationId: undefined }, put: operation, delete: operation },
    [mark]: { get: operation },
    '/refers': { $ref: `#/paths/${mark}` },
  },
  components: {
    schemas: { [mark]: schema },
    securitySchemes: {
      [mark]: { type: 'http', scheme: 'bearer', description: mark, bearerFormat: mark },
      key: { type: 'apiKey', in: 'header', name: mark, description: mark },
      odd: { type: mark, in: mark, name: mark, scheme: mark },
    },
  },
  [`x-${mark}`]: { [mark]: mark },
}

const plain = ({ in: place, ...rest }: { in: string }) => ({
  ...rest,
  in: place,
  type: 'string',
  enum: [mark],
  default: mark,
})

const operation2 = {
  ...texts,
  operationId: mark,
  tags: [mark],
  consumes: ['application/json', mark],
  produces: [mark],
  schemes: [mark, 'https'],
  parameters: [
    ...['query', 'header', 'path'].map((place) => plain({ ...parameters[0], in: place })),
    { name: mark, in: 'body', description: mark, schema },
  ],
  responses: { '200': { description: mark, schema, examples: { [mark]: mark } } },
  security: [{ [mark]: [mark] }],
}

const documents = {
  '2.0': {
    swagger: '2.0',
    info,
    host: 'api.example.com',
    basePath: `/${mark}`,
    schemes: ['https', mark],
    consumes: [mark],
    paths: {
      [`/${mark}/{${mark}}`]: { get: operation2, post: { ...operation2, ...hints } },
      '/form': { post: { ...operation2, parameters: [plain({ ...parameters[0], in: 'formData' })] } },
    },
    definitions: { [mark]: schema },
    securityDefinitions: {
      [mark]: { type: 'apiKey', in: 'header', name: mark, description: mark },
      odd: { type: mark, flow: mark, authorizationUrl: mark, scopes: { [mark]: mark } },
    },
    tags: [{ name: mark, description: mark }],
  },
  '3.0': { openapi: '3.0.3', ...openapi3 },
  '3.1': { openapi: '3.1.0', jsonSchemaDialect: mark, ...openapi3, webhooks: { [mark]: { post: operation } } },
} as const

export const dialects = Object.keys(documents) as readonly Dialect[]

/** The document with `text` in place of every mark. */
export function documentWith(dialect: Dialect, text: string): string {
  return JSON.stringify(documents[dialect]).replaceAll(mark, () => JSON.stringify(text).slice(1, -1))
}

/** Positions of the texts of a document, names of members included: one for each kind of place. */
export function textPositions(dialect: Dialect): readonly number[] {
  const kinds = new Map<string, number>()
  for (const [position, place] of placesOf(documents[dialect], []).entries()) {
    const kind = place.slice(-2).join(' ')
    if (!kinds.has(kind)) kinds.set(kind, position)
  }
  return [...kinds.values()]
}

/** The document with `text` in place of one of its texts only, whatever that stands for: a type, a place, a version. */
export function documentWithOne(dialect: Dialect, position: number, text: string): string {
  let number = 0
  const swap = (written: string): string => (number++ === position ? text : written)
  const copy = (value: unknown): unknown => {
    if (typeof value === 'string') return swap(value)
    if (Array.isArray(value)) return value.map(copy)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [swap(name), copy(member)]))
  }
  return JSON.stringify(copy(documents[dialect]))
}

/** Where each text stands, in the order of `documentWithOne`; a member's name comes before its value. */
function placesOf(value: unknown, place: readonly string[]): readonly (readonly string[])[] {
  if (typeof value === 'string') return [[...place, 'value']]
  if (Array.isArray(value)) return value.flatMap((item) => placesOf(item, place))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [[...place, name], ...placesOf(member, [...place, name])])
}
