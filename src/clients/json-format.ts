import { isDeepStrictEqual } from 'node:util'
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import { BrokenConfiguration, type ConfigurationFormat } from './configuration-format.ts'
import { insertProperty, removeProperty, replaceValue } from './json-edit.ts'

/** @param allowComments  and trailing commas, as the client itself does */
export function jsonFormat(allowComments: boolean): ConfigurationFormat {
  const parse = (text: string): Node => parseObject(text, allowComments)
  const put = (text: string, path: readonly [string, ...string[]], key: string, value: unknown): string => {
    const container = findNodeAtLocation(parse(text), [...path])
    const found = container && findNodeAtLocation(container, [key])
    if (found) return isSame(getNodeValue(found), value) ? text : replaceValue(text, found, value)
    if (container) return insertProperty(text, container, key, value)
    // The section is missing.
    const [section, ...inner] = path
    const made = [...inner, key].reduceRight<unknown>((below, name) => ({ [name]: below }), value)
    return insertProperty(text, parse(text), section, made)
  }
  return {
    read(text, section) {
      const node = findNodeAtLocation(parse(text), [section])
      if (node && node.type !== 'object') throw brokenAt(text, node.offset, `"${section}" is no object`)
      return node && getNodeValue(node)
    },
    put(given, section, name, entry) {
      const text = given.trim() === '' ? '{}\n' : given
      const entries = findNodeAtLocation(parse(text), [section])
      const found = entries && findNodeAtLocation(entries, [name])
      if (found?.type !== 'object') return put(text, [section], name, entry)
      return Object.entries(entry).reduce((changed, [key, value]) => put(changed, [section, name], key, value), text)
    },
    take: (text, section, name) => removeProperty(text, findNodeAtLocation(parse(text), [section, name])),
    takeSection: (text, section) => removeProperty(text, findNodeAtLocation(parse(text), [section])),
    isEmpty: (text) => text.replaceAll(/\s/g, '') === '{}',
  }
}

function isSame(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(structuredClone(left), right)
}

/** An empty text is an empty object: clients make such files. */
function parseObject(text: string, allowComments: boolean): Node {
  const errors: ParseError[] = []
  const options = { disallowComments: !allowComments, allowTrailingComma: allowComments }
  const root = parseTree(text.trim() === '' ? '{}' : text, errors, options)
  const [error] = errors
  if (error) throw brokenAt(text, error.offset, sayError(printParseErrorCode(error.error)))
  if (root?.type !== 'object') throw brokenAt(text, root?.offset ?? 0, 'it is no object')
  return root
}

/** `CommaExpected` -> `comma expected` */
function sayError(code: string): string {
  return code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
}

function brokenAt(text: string, offset: number, what: string): BrokenConfiguration {
  const lines = text.slice(0, offset).split('\n')
  return new BrokenConfiguration(what, lines.length, (lines.at(-1)?.length ?? 0) + 1)
}
