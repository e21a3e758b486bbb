import { MetaError } from '../../../../src/errors/meta-error.ts'
import { type LimitName, type WorkerLimits, writeLimits } from '../../../../src/model/worker-limits.ts'

/**
 * What each call of a hosted server may take: what it was given, else what the operator gives every server.
 * @param ceiling  the operator's, and the default
 * @throws MetaError TARGET_REFUSED for more than that, also where the ceiling was higher when the setting was made
 */
export function hostedLimits(wanted: WorkerLimits | undefined, ceiling: WorkerLimits): WorkerLimits {
  const given = writeLimits(wanted ?? {})
  const most = writeLimits(ceiling)
  const over = NAMES.flatMap((name) => {
    const [value, allowed] = [given[name], most[name]]
    const isOver = value !== undefined && allowed !== undefined && value > allowed
    return isOver ? [`\`${name}\` is ${value}, at most ${allowed}`] : []
  })
  if (over.length > 0) throw tooMuch(over)
  return { ...ceiling, ...wanted }
}

const NAMES: readonly LimitName[] = ['cpu_ms', 'subrequests']

function tooMuch(over: readonly string[]): MetaError {
  return new MetaError(
    'TARGET_REFUSED',
    `\`limits\` are more than each call may have in this dispatch namespace: ${over.join('; ')}.`,
    'Deploy with smaller `limits` in settings, or with `"limits": null` for the most there is. Who runs mcpwright sets that in MCPWRIGHT_CLOUDFLARE_LIMITS.',
  )
}
