import { MetaError } from '../../errors/meta-error.ts'
import type { ToolResult } from './meta-session.ts'

/**
 * What a meta tool gave as data, in the shape that the tool's own file gives it.
 * @throws MetaError the tool's own, when it says that it failed
 */
export function readResult<Data>({ isError, content, structuredContent }: ToolResult): Data {
  // Nothing else answers under that tool's name.
  if (!isError) return structuredContent as Data
  const { code, message, fix } = Object(structuredContent).error ?? {}
  throw new MetaError(code ?? 'INTERNAL', message ?? content[0]?.text ?? '', fix ?? '')
}
