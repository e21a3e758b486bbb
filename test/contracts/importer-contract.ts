import { Validator } from '@cfworker/json-schema'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'

import { placeholderNames } from '../../runtime/library/placeholders.ts'
import type { Protocol } from '../../runtime/library/protocol.ts'
import type { SoapMessage, XmlPart } from '../../runtime/library/soap/soap-protocol.ts'
import { isSafePattern } from '../../src/model/safe-pattern.ts'
import type { ApiImporter, ApiOperation } from '../../src/model/api-importer.ts'
import type { JsonSchema } from '../../src/model/tool-definition.ts'
import { SECRET_NAME, TOOL_NAME } from '../../src/model/names.ts'

/** One description that an importer is run on. */
export interface ImporterFixture {
  readonly name: string
  readonly text: string
  readonly origin?: string
}

/** What every importer promises, whatever it reads. */
export function importerContract(importer: ApiImporter, fixtures: readonly ImporterFixture[]): void {
  describe.each(fixtures)(`${importer.kind}: $name`, (fixture) => {
    const { text, origin } = fixture
    const read = () => importer.read(text, origin === undefined ? {} : { origin })

    it('recognizes the description', () => {
      expect(importer.recognizes(text)).toBe(true)
    })

    it('reads the same operations every time', async () => {
      expect(await read()).toEqual(await read())
    })

    it('gives operations that are plain data', async () => {
      const { operations } = await read()
      expect(operations.length).toBeGreaterThan(0)
      expect(JSON.parse(JSON.stringify(operations))).toEqual(operations)
    })

    it('gives every operation a name that is valid and its own', async () => {
      const names = (await read()).operations.map(({ name }) => name)
      expect(names.filter((name) => !TOOL_NAME.test(name))).toEqual([])
      expect(new Set(names).size).toBe(names.length)
    })

    it('gives every operation schemas that validators of both kinds compile', async () => {
      expect((await read()).operations.flatMap(schemaProblems)).toEqual([])
    })

    it('binds every parameter and body to an argument, and every placeholder to a parameter', async () => {
      expect((await read()).operations.flatMap(unboundParts)).toEqual([])
    })

    it('names credentials, binds them to hosts, and lists those that operations use', async () => {
      const { credentials, operations, hosts } = await read()
      const used = new Set(operations.flatMap(({ call }) => call.security.flat()))
      expect(new Set(credentials.map(({ name }) => name))).toEqual(used)
      for (const credential of credentials) {
        expect(credential.name).toMatch(SECRET_NAME)
        expect(hosts).toEqual(expect.arrayContaining([...credential.hosts]))
        expect(credential.hosts).not.toHaveLength(0)
      }
    })

    it('names every skipped part by its JSON pointer', async () => {
      for (const { pointer, reason } of (await read()).skipped) {
        expect(pointer).toMatch(/^\//)
        expect(reason.length).toBeGreaterThan(5)
      }
    })

    it('leaves no hidden characters or markup in what a model reads', async () => {
      for (const { description, title = '' } of (await read()).operations) {
        expect(description.length).toBeLessThanOrEqual(600)
        expect(`${title} ${description}`).not.toMatch(/<!--|<\/?[a-z]+>|[\u200B\u202E\u{E0000}-\u{E007F}]/u)
      }
    })
  })
}

/** Property names that the Claude API accepts. */
const ARGUMENT_NAME = /^[\w.-]{1,64}$/
const LARGEST_INPUT_SCHEMA = 20_000

/** What validators, clients or models would stumble over in the schemas of an operation. */
export function schemaProblems({ inputSchema, outputSchema }: ApiOperation): string[] {
  // The root of every input has properties.
  const properties = Object.keys(inputSchema.properties as object)
  const size = JSON.stringify(inputSchema).length
  return [
    ...(inputSchema.type === 'object' ? [] : ['the root of the input is no object']),
    ...(size <= LARGEST_INPUT_SCHEMA ? [] : [`the input schema has ${size} characters`]),
    ...properties.filter((property) => !ARGUMENT_NAME.test(property)),
    ...[inputSchema, outputSchema].filter((schema) => schema !== undefined).flatMap(problemsOfSchema),
  ]
}

function problemsOfSchema(schema: JsonSchema): string[] {
  return [
    ...foreignReferences(schema),
    ...unsafePatterns(schema),
    ...compileProblems(() => new Ajv2020({ strict: false, logger: false }).compile(schema)),
    ...compileProblems(() => new Validator(structuredClone(schema), '2020-12').validate({})),
  ]
}

function compileProblems(compile: () => unknown): string[] {
  try {
    compile()
    return []
  } catch (error) {
    return [String(error)]
  }
}

function foreignReferences(schema: object): string[] {
  return textsUnder('$ref', schema).filter((ref) => !ref.startsWith('#/$defs/'))
}

function unsafePatterns(schema: object): string[] {
  return textsUnder('pattern', schema).filter((pattern) => !isSafePattern(pattern))
}

function textsUnder(keyword: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === keyword && typeof member === 'string' ? [member] : textsUnder(keyword, member),
  )
}

function unboundParts({ call, inputSchema }: ApiOperation): string[] {
  // The root of every input has properties.
  const properties = new Set(Object.keys(inputSchema.properties as object))
  const bound = [
    ...call.parameters.map(({ argument }) => argument),
    ...(call.body?.kind === 'argument' ? [call.body.argument] : []),
    ...(call.fields === undefined ? [] : [call.fields]),
    ...(call.body?.kind === 'template' ? placeholderNames(JSON.stringify(call.body.template)) : []),
    ...(call.protocol ? boundByProtocol(call.protocol) : []),
  ]
  const inPath = new Set(call.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name))
  const placeholders = [...call.path.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? '')
  return [
    ...bound.filter((argument) => !properties.has(argument)),
    ...[...properties].filter((property) => !bound.includes(property)),
    ...placeholders.filter((placeholder) => !inPath.has(placeholder)),
  ]
}

/** The arguments that a message has a place for. */
function boundByProtocol(protocol: Protocol): string[] {
  if (protocol.kind === 'grpc') return [...protocol.arguments]
  const { headers, body, isUnwrapped, types } = protocol.request
  const [only] = body
  const type = isUnwrapped && typeof only?.content === 'object' ? types[only.content.type] : undefined
  const members = type
    ? [...propertiesOf(type.content), ...(type.attributes ?? []).map(({ property }) => property), ...textOf(type.text)]
    : body.map(({ property }) => property)
  const given = headers.filter(({ content, secret }) => secret === undefined && !isSecret(content, types))
  return [...given.map(({ property }) => property), ...members]
}

function textOf(text: { readonly property: string } | undefined): string[] {
  return text ? [text.property] : []
}

function propertiesOf(part: XmlPart | undefined): string[] {
  if (!part) return []
  if (part.property !== undefined) return [part.property]
  return 'parts' in part ? part.parts.flatMap(propertiesOf) : []
}

/** Whether all that a header holds are credentials. */
function isSecret(content: unknown, types: SoapMessage['types']): boolean {
  const { type }: { type?: string } = { ...Object(content) }
  const parts = type === undefined ? [] : (types[type]?.content?.parts ?? [])
  return parts.length > 0 && parts.every((part) => part.kind === 'element' && part.secret !== undefined)
}
