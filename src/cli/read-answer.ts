import type { ErrorCode } from '../errors/codes.ts'
import { MetaError } from '../errors/meta-error.ts'

/**
 * What our own daemon answered, in the shapes of src/http.
 * @throws MetaError the daemon's own, or DAEMON_UNAVAILABLE
 */
export function readAnswer<Body extends object>(answer: { status: number; body: unknown } | undefined): Body {
  // Errors are problem+json, with a code of the list.
  if (answer && answer.status < 300) return answer.body as Body
  const { title, detail, fix }: { title?: ErrorCode; detail?: string; fix?: string } = { ...Object(answer?.body) }
  throw new MetaError(
    title ?? 'DAEMON_UNAVAILABLE',
    detail ?? 'The daemon did not answer.',
    fix ?? 'Run "mcpwright doctor".',
  )
}
