import type { JsonSchema } from '../model/tool-definition.ts'

declare const gives: unique symbol

/** A schema that knows the type of what it describes, so that the compiler holds the answers to it. */
export type Gives<Value> = JsonSchema & { readonly [gives]?: Value }

export const string: Gives<string> = { type: 'string' }
export const integer: Gives<number> = { type: 'integer' }
export const boolean: Gives<boolean> = { type: 'boolean' }
export const object: Gives<object> = { type: 'object' }
export const array: Gives<readonly unknown[]> = { type: 'array' }
export const strings: Gives<readonly string[]> = { type: 'array', items: string }

type Schemas = Readonly<Record<string, Gives<unknown>>>
type ValuesOf<Members extends Schemas> = {
  readonly [Name in keyof Members]: Members[Name] extends Gives<infer Value> ? Value : never
}
type ObjectOf<Always extends Schemas, Sometimes extends Schemas> = [Sometimes] extends [never]
  ? ValuesOf<Always>
  : ValuesOf<Always> & Partial<ValuesOf<Sometimes>>

/** A list of objects. What is cut to fit may lack members, so the schema asks for none of them. */
export function arrayOf<Always extends Schemas, Sometimes extends Schemas = never>(
  always: Always,
  sometimes?: Sometimes,
): Gives<readonly ObjectOf<Always, Sometimes>[]> {
  return { type: 'array', items: { type: 'object', properties: { ...always, ...sometimes } } }
}

/**
 * What a tool's answers hold for programs, beside `next`; errors hold none of it.
 * MCP 2026-07-28, server/tools, Output Schema.
 * @param listed  the members that clients are shown, by name and type: models pay for the list in every chat, and
 *   docs/reference/tools.md has all of them
 */
export function answerSchema<Always extends Schemas, Sometimes extends Schemas = never>(
  listed: readonly ((keyof Always | keyof Sometimes) & string)[],
  always: Always,
  sometimes?: Sometimes,
): Gives<ObjectOf<Always, Sometimes>> {
  return { type: 'object', properties: { ...always, ...sometimes }, required: Object.keys(always), listed }
}
