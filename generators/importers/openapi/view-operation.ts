import type { ApiDescription, OperationView, ParameterView } from './api-description.ts'
import { asList, asRecord, asText, kindOf, property, type JsonRecord } from './json-value.ts'
import { PartSkipped } from './part-skipped.ts'
import { fromSwagger2 } from './swagger-2.ts'

/** More than a model could fill in. */
const MOST_PARAMETERS = 500

/** A path item with the place it stands in, after its own `$ref`. */
export interface PathItem {
  readonly path: string
  readonly value: JsonRecord
  readonly document: string
}

/**
 * Brings an operation into the form of OpenAPI 3: references of parameters and body followed, parameters of the path
 * and of the operation together.
 * @throws PartSkipped when a part is missing or points to nothing
 */
export function viewOperation(
  api: ApiDescription,
  item: PathItem,
  method: string,
  pointer: readonly (string | number)[],
  operation: JsonRecord,
): OperationView {
  const parameters = mergeParameters(
    parametersOf(api, item.value, item.document),
    parametersOf(api, operation, item.document),
  )
  if (parameters.length > MOST_PARAMETERS) {
    throw new PartSkipped(`has ${parameters.length} parameters; at most ${MOST_PARAMETERS} are read`, ['parameters'])
  }
  const view = {
    path: item.path,
    method: method.toUpperCase(),
    pointer,
    operation,
    pathItem: item.value,
    document: item.document,
    parameters,
    responses: asRecord(property(operation, 'responses')) ?? {},
  }
  if (api.dialect === '2.0') return fromSwagger2(api, view)
  const body = property(operation, 'requestBody')
  if (body === undefined || body === null) return view
  const { value, document } = followPart(api, body, item.document, ['requestBody'])
  return { ...view, requestBody: { value, document } }
}

function parametersOf(api: ApiDescription, owner: JsonRecord, document: string): ParameterView[] {
  return asList(property(owner, 'parameters')).map((parameter, index) => ({
    ...followPart(api, parameter, document, ['parameters', index]),
    below: ['parameters', index],
  }))
}

/** A parameter of the operation replaces that of the path with its name and place (OpenAPI 3.1, section 4.8.10). */
function mergeParameters(ofPath: readonly ParameterView[], ofOperation: readonly ParameterView[]): ParameterView[] {
  const merged = new Map<string, ParameterView>()
  for (const parameter of [...ofPath, ...ofOperation]) {
    const { name, in: place } = parameter.value
    merged.set(`${asText(place)} ${asText(name)}`, parameter)
  }
  return [...merged.values()]
}

function followPart(
  api: ApiDescription,
  value: unknown,
  document: string,
  below: readonly (string | number)[],
): { value: JsonRecord; document: string } {
  try {
    const located = api.references.follow(value, document)
    const record = asRecord(located.value)
    if (!record) throw new PartSkipped(`expected an object, found ${kindOf(located.value)}`)
    return { value: record, document: located.document }
  } catch (error) {
    if (error instanceof PartSkipped) throw new PartSkipped(error.message, below)
    throw error
  }
}
