export const WSDL = 'http://schemas.xmlsoap.org/wsdl/'
const WSDL_2 = 'http://www.w3.org/ns/wsdl'

/** Whether a text looks like a WSDL, of 1.1 or of another version that is then refused by name. */
export function looksLikeWsdl(text: string): boolean {
  return rootOf(text) !== undefined
}

export function isWsdl2(text: string): boolean {
  return rootOf(text) === 'description'
}

/** The local name of the root: `definitions`, or `description` of WSDL 2.0. */
function rootOf(text: string): 'definitions' | 'description' | undefined {
  const head = text.slice(0, 20_000)
  if (!head.trimStart().startsWith('<') && !head.startsWith('\uFEFF<')) return undefined
  const tag = /<(?:[\w.-]{1,60}:)?(definitions|description)[\s>]/.exec(head)?.[1]
  if (tag === 'definitions' && head.includes(WSDL)) return 'definitions'
  return tag === 'description' && head.includes(WSDL_2) ? 'description' : undefined
}
