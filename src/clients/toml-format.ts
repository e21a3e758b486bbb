import { isDeepStrictEqual } from 'node:util'
import { parse, patch } from '@decimalturn/toml-patch'
import { BrokenConfiguration, type ConfigurationFormat } from './configuration-format.ts'
import { writeTomlTable } from './toml-table.ts'

type Table = Readonly<Record<string, unknown>>

/** TOML with its comments and layout kept. A new entry is one table at the end of the file. */
export const tomlFormat: ConfigurationFormat = {
  read(text, section) {
    const entries = readToml(text)[section]
    if (entries !== undefined && !isTable(entries)) throw new BrokenConfiguration(`"${section}" is no table`, 1, 1)
    return entries
  },
  put(text, section, name, entry) {
    const whole = readToml(text)
    const entries = tableOf(whole[section])
    const wanted = { ...whole, [section]: { ...entries, [name]: { ...tableOf(entries[name]), ...entry } } }
    const appended = name in entries ? undefined : appendTable(text, writeTomlTable(section, name, entry))
    return appended !== undefined && isDeepStrictEqual(structuredClone(readIfToml(appended)), structuredClone(wanted))
      ? appended
      : patch(text, wanted)
  },
  take(text, section, name) {
    const whole = readToml(text)
    const { [name]: _taken, ...rest } = tableOf(whole[section])
    return patch(text, { ...whole, [section]: rest })
  },
  takeSection(text, section) {
    const { [section]: _taken, ...rest } = readToml(text)
    return patch(text, rest)
  },
  isEmpty: (text) => text.trim() === '',
}

function appendTable(text: string, table: string): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const gap = text.trim() === '' ? '' : text.endsWith('\n') ? end : end + end
  return text + gap + table.replaceAll('\n', end)
}

function readToml(text: string): Table {
  try {
    return parse(text)
  } catch (error) {
    // The library's error says where; its class is not exported.
    const {
      line,
      column,
      message = '',
    }: { line?: number; column?: number; message?: string } = { ...Object(error), message: String(error) }
    if (line === undefined || column === undefined) throw error
    throw new BrokenConfiguration(message.split('\n').at(-1)?.toLowerCase() ?? '', line, column + 1)
  }
}

/** @returns undefined where a table cannot be written so, such as when the others stand in an inline table */
function readIfToml(text: string): Table | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function tableOf(value: unknown): Table {
  return isTable(value) ? value : {}
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
