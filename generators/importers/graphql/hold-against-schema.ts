import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode, validate } from 'graphql'

/** To set the rules up takes longer than to follow them through one small document. */
const AT_ONCE = 50

/**
 * Holds documents of one anonymous operation each against a schema. GraphQL specification, section 5.
 * @returns what is wrong with each, in their order; undefined for what is valid
 */
export function holdAgainstSchema(
  schema: GraphQLSchema,
  documents: readonly DocumentNode[],
): readonly (string | undefined)[] {
  const starts = Array.from({ length: Math.ceil(documents.length / AT_ONCE) }, (_, index) => index * AT_ONCE)
  return starts.flatMap((start) => holdTogether(schema, documents.slice(start, start + AT_ONCE)))
}

function holdTogether(schema: GraphQLSchema, documents: readonly DocumentNode[]): (string | undefined)[] {
  const isValid = validate(schema, asOne(documents), undefined, { maxErrors: 1 }).length === 0
  return documents.map((document) => (isValid ? undefined : validate(schema, document)[0]?.message))
}

/** Operations stand side by side only under names. */
function asOne(documents: readonly DocumentNode[]): DocumentNode {
  const operations = documents
    .flatMap(({ definitions }) => definitions)
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  return { kind: Kind.DOCUMENT, definitions: operations.map(named) }
}

function named(operation: OperationDefinitionNode, index: number): OperationDefinitionNode {
  return { ...operation, name: { kind: Kind.NAME, value: `operation${index}` } }
}
