import { looseValue } from './xml-fragment.ts'
import type { XmlNode } from './xml-tree.ts'

/** The longest detail that is handed on; stack traces are longer. */
const LONGEST_DETAIL = 3_000

/**
 * A fault in words: its code, what happened, and the detail as JSON. SOAP 1.1, section 4.4; SOAP 1.2 part 1,
 * section 5.4.
 */
export function describeFault(fault: XmlNode): string {
  const code = textAt(fault, 'faultcode') ?? textAt(fault, 'Code', 'Value')
  const subcodes = textAt(fault, 'Code', 'Subcode', 'Value')
  const reason = textAt(fault, 'faultstring') ?? textAt(fault, 'Reason', 'Text')
  const detail = childOf(fault, 'detail') ?? childOf(fault, 'Detail')
  const codes = [code, subcodes].filter((each) => each !== undefined).map(localPart)
  const lines = [`SOAP fault${codes.length > 0 ? ` ${codes.join(', ')}` : ''}: ${reason ?? 'no reason is given'}`]
  if (detail && (detail.children.length > 0 || detail.text.trim() !== ''))
    lines.push(`Detail: ${shortened(JSON.stringify(looseValue(detail)))}`)
  if (codes.some((each) => /^(Client|Sender)\b/.test(each))) lines.push('Correct the arguments and call again.')
  return lines.join('\n')
}

export function childOf(node: XmlNode, name: string): XmlNode | undefined {
  return node.children.find((child) => child.name === name)
}

function textAt(node: XmlNode, ...path: readonly string[]): string | undefined {
  let current: XmlNode | undefined = node
  for (const name of path) current = current && childOf(current, name)
  const text = current?.text.trim()
  return text === undefined || text === '' ? undefined : text
}

/** Codes are qualified names. */
function localPart(code: string): string {
  return code.slice(code.indexOf(':') + 1)
}

function shortened(text: string): string {
  return text.length <= LONGEST_DETAIL ? text : `${text.slice(0, LONGEST_DETAIL).toWellFormed()}…`
}
