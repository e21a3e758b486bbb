import type { Entry, EntryValue } from './client.ts'

/** A table of its own for an entry, as a person would write it: `[section.name]`, and its values below. */
export function writeTomlTable(section: string, name: string, entry: Entry): string {
  const key = /^[\w-]+$/.test(name) ? name : JSON.stringify(name)
  const lines = Object.entries(entry).map(([field, value]) => `${field} = ${writeValue(value)}\n`)
  return `[${section}.${key}]\n${lines.join('')}`
}

function writeValue(value: EntryValue): string {
  if (typeof value === 'string') return writeString(value)
  if (Array.isArray(value)) return `[${value.map(writeString).join(', ')}]`
  return `{ ${Object.entries(value)
    .map(([key, text]) => `${key} = ${writeString(text)}`)
    .join(', ')} }`
}

/** A basic string escapes as JSON does (TOML 1.0, String), but for DEL. */
function writeString(text: string): string {
  return JSON.stringify(text).replaceAll('\u{7f}', String.raw`\u007f`)
}
