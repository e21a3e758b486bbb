import {
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'

/** How deep objects in objects are asked for; the steps of a connection (edges, node, nodes) cost none. */
const DEEPEST = 2
const MOST_FIELDS = 120
const MOST_TYPES = 6
/** https://relay.dev/graphql/connections.htm, section 3 */
const CONNECTION_STEPS = new Set(['edges', 'node', 'nodes', 'pageInfo'])

/** What a field's answer is asked for: all plain values, and those of the objects near by. Empty for a plain value. */
export function selectionOf(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): string {
  const budget = { fields: MOST_FIELDS }
  return selectionOfType(getNamedType(field.type), { schema, budget, depth: DEEPEST, above: [] })
}

interface Place {
  readonly schema: GraphQLSchema
  readonly budget: { fields: number }
  readonly depth: number
  /** The types around, which are not asked for again. */
  readonly above: readonly string[]
}

function selectionOfType(type: GraphQLNamedType, place: Place): string {
  if (isObjectType(type)) return braces(fieldsOf(Object.values(type.getFields()), type.name, place))
  if (!isAbstractType(type)) return ''
  const members = place.schema.getPossibleTypes(type).slice(0, MOST_TYPES)
  // Fields of one name may be of different types in two members: each gets a name of its own.
  const fragments = members.map((member) => {
    const plain = plainFields(Object.values(member.getFields())).slice(0, 20)
    place.budget.fields -= plain.length
    const selected = plain.map(({ name }) => `${lowerFirst(member.name)}_${name}: ${name}`)
    return `... on ${member.name} ${braces(selected.length > 0 ? selected : ['__typename'])}`
  })
  return braces(['__typename', ...fragments])
}

function fieldsOf(fields: readonly GraphQLField<unknown, unknown>[], owner: string, place: Place): string[] {
  const plain = plainFields(fields).slice(0, Math.max(1, place.budget.fields))
  place.budget.fields -= plain.length
  const above = [...place.above, owner]
  const nested = fields.flatMap((field) => {
    const type = getNamedType(field.type)
    const isStep = CONNECTION_STEPS.has(field.name)
    const isReached = (place.depth > 0 || isStep) && place.budget.fields > 0 && !above.includes(type.name)
    if (isLeafType(type) || hasRequired(field) || !isReached) return []
    const inner = selectionOfType(type, { ...place, depth: isStep ? place.depth : place.depth - 1, above })
    return inner === '' ? [] : [`${field.name} ${inner}`]
  })
  const selected = [...plain.map(({ name }) => name), ...nested]
  return selected.length > 0 ? selected : ['__typename']
}

function plainFields(fields: readonly GraphQLField<unknown, unknown>[]): GraphQLField<unknown, unknown>[] {
  return fields.filter((field) => isLeafType(getNamedType(field.type)) && !hasRequired(field))
}

function hasRequired({ args }: GraphQLField<unknown, unknown>): boolean {
  return args.some(isRequiredArgument)
}

function braces(fields: readonly string[]): string {
  return `{ ${fields.join(' ')} }`
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`
}
