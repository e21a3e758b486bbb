import { MetaError } from '../../../../src/errors/meta-error.ts'
import { asSentence } from '../as-sentence.ts'

/** One of the `errors` of Cloudflare's envelope. */
export interface ApiProblem {
  /** 0 where it gave none. */
  readonly code: number
  readonly message: string
}

/** The platform said no: `code` is Cloudflare's, 0 where it gave none. */
export class ApiRefusal extends MetaError {
  readonly status: number
  readonly problem: number

  constructor(code: MetaError['code'], message: string, fix: string, status: number, problem: number) {
    super(code, message, fix)
    this.status = status
    this.problem = problem
  }
}

/** Codes that callers act on: https://developers.cloudflare.com/workers/platform/ and wrangler's own source. */
export const PROBLEM = {
  noSuchWorker: 10007,
  noSuchService: 10090,
  noSuchHostedScript: 10092,
  noSuchNamespace: 100119,
  noSubdomain: 10007,
  startup: 10021,
} as const

/**
 * What to throw for an answer that is no success: in words, with Cloudflare's code.
 * @param action  what was asked, to go on after "Cloudflare did not": `list versions of "books"`
 */
export function explainRefusal(action: string, status: number, problems: readonly ApiProblem[]): ApiRefusal {
  const [first] = problems
  const said = problems.map(wordsOf).join(' ') || `HTTP ${status}.`
  const problem = first?.code ?? 0
  if (status === 401 || status === 403 || problem === 10_000 || problem === 9109) {
    return new ApiRefusal(
      'TARGET_FORBIDDEN',
      `Cloudflare does not let the token ${action}: ${said}`,
      MORE_RIGHTS,
      status,
      problem,
    )
  }
  if (status === 429 || status >= 500) {
    return new ApiRefusal('TARGET_UNREACHABLE', `Cloudflare could not ${action} now: ${said}`, LATER, status, problem)
  }
  return new ApiRefusal('TARGET_REFUSED', `Cloudflare did not ${action}: ${said}`, MEND, status, problem)
}

function wordsOf({ code, message }: ApiProblem): string {
  const words = asSentence(message.slice(0, 500))
  return code === 0 ? words : `${words} (${code})`
}

/** For an answer that never came. `error` is what the connection failed with. */
export function explainSilence(action: string, error: unknown): MetaError {
  const reason = error instanceof Error ? error.message : String(error)
  return new MetaError(
    'TARGET_UNREACHABLE',
    `Cloudflare could not be asked to ${action}: ${asSentence(reason)}`,
    LATER,
    {
      cause: error,
    },
  )
}

/** Whether the platform said no with one of these codes of its own. */
export function isRefusal(error: unknown, ...problems: readonly number[]): error is ApiRefusal {
  return error instanceof ApiRefusal && problems.includes(error.problem)
}

const MORE_RIGHTS =
  'Give it the rights in the dashboard (My Profile, API Tokens; it keeps its value), then repeat the call: "Workers Scripts: Edit", "Account Settings: Read", "Workers Observability: Edit"; where the server needs them "D1: Edit", "Workers KV Storage: Edit"; for a domain "Zone: Read", "Workers Routes: Edit". Or a person enters another token: a deploy asks for it on the inbox page, `mcpwright inbox`.'
const LATER =
  'Deploy again later: it goes on where this one ended. https://www.cloudflarestatus.com says how Cloudflare is.'
const MEND = 'Mend what Cloudflare names, then deploy again.'
