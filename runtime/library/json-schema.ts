/** A JSON Schema (2020-12) as plain data. Tool schemas always have an object at the root. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}
