/** The parts of an OpenAPI 3.0 description that the stand-in reads. Anything may be a reference. */
export interface Description {
  readonly paths: Readonly<Record<string, PathItem>>
  /** Found through references only. */
  readonly components?: unknown
}

export type PathItem = { readonly parameters?: readonly unknown[] } & Readonly<Record<string, unknown>>

export interface Operation {
  readonly method: string
  /** As the description has it: `/repos/{owner}/{repo}`. */
  readonly template: string
  readonly parameters: readonly Parameter[]
  readonly body: RequestBody | undefined
  /** By status. */
  readonly responses: Readonly<Record<string, Response>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly required?: boolean
  readonly explode?: boolean
  readonly schema?: unknown
}

export interface RequestBody {
  readonly required?: boolean
  readonly content: Readonly<Record<string, { readonly schema?: unknown }>>
}

export interface Response {
  readonly content?: Readonly<Record<string, Media>>
}

export interface Media {
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, unknown>>
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']

/** All operations, with their references resolved one level deep; schemas stay as they are. */
export function readOperations(description: Description): Operation[] {
  return Object.entries(description.paths).flatMap(([template, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) =>
      readOperation(description, template, method, item),
    ),
  )
}

/**
 * Follows references within the description, such as `#/components/examples/issue`.
 * The caller names what stands there; the description comes from a package that this repository pins.
 */
export function resolve<Part>(description: Description, part: unknown): Part {
  let found = part
  while (isObject(found) && typeof found.$ref === 'string') found = atPointer(description, found.$ref)
  return found as Part
}

function readOperation(description: Description, template: string, method: string, item: PathItem): Operation {
  const operation = resolve<{
    parameters?: readonly unknown[]
    requestBody?: unknown
    responses: Record<string, unknown>
  }>(description, item[method])
  const parameters = new Map<string, Parameter>()
  for (const each of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
    const parameter = resolve<Parameter>(description, each)
    parameters.set(`${parameter.in} ${parameter.name}`, parameter)
  }
  return {
    method: method.toUpperCase(),
    template,
    parameters: [...parameters.values()],
    body: resolve<RequestBody | undefined>(description, operation.requestBody),
    responses: Object.fromEntries(
      Object.entries(operation.responses).map(([status, each]) => [status, resolve<Response>(description, each)]),
    ),
  }
}

function atPointer(description: Description, reference: string): unknown {
  const steps = reference
    .replace(/^#\//, '')
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
  return steps.reduce<unknown>((part, step) => (isObject(part) ? part[step] : undefined), description)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
