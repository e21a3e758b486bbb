/** What a description of gRPC services is written as. */
export type ProtoForm = 'text' | 'texts' | 'set'

/**
 * Tells how a text describes gRPC services: the language of `.proto` files, several of them as a JSON object by their
 * names, or a FileDescriptorSet in base64. Undefined when it is none of these.
 */
export function protoFormOf(text: string): ProtoForm | undefined {
  const head = text.slice(0, 20_000)
  if (/^\s*\{/.test(head)) return /^\s*\{\s*"[^"]{1,300}\.proto"\s*:\s*"/.test(head) ? 'texts' : undefined
  const isDeclared = /^[ \t]*(?:syntax\s*=\s*["']proto[23]["']|edition\s*=\s*["']\d{4}["'])\s*;/m.test(head)
  if (isDeclared || /^[ \t]*service\s+\w+\s*\{[\s\S]{0,2000}?\brpc\s/m.test(text.slice(0, 200_000))) return 'text'
  // Field 1 of the set, a file, begins with its field 1, the name.
  return /^\s*C[A-Za-z0-9+/_-]{30}/.test(head) && isFileSet(text) ? 'set' : undefined
}

export function looksLikeProto(text: string): boolean {
  return protoFormOf(text) !== undefined
}

function isFileSet(text: string): boolean {
  if (!/^[\sA-Za-z0-9+/=_-]+$/.test(text)) return false
  return Buffer.from(text.slice(0, 4_000), 'base64').includes('.proto')
}
