import type { ServerDefinition } from '../../model/server-definition.ts'
import { hostsOfCall } from '../../model/server-hosts.ts'
import type { ToolDefinition } from '../../model/tool-definition.ts'
import type { Found, Rule } from '../rule.ts'

/**
 * What a tool brings into a conversation or lets out of it. Someone who can write what a model reads (`untrusted`) can
 * have it read what is private and give it to a place that others see: the lethal trifecta.
 */
export interface ToolFlags {
  readonly name: string
  /** The API, connection or set of hosts it belongs to. */
  readonly origin: string
  /** Gives text that strangers can have written. */
  readonly untrusted: boolean
  /** Gives what only its owner may see. */
  readonly private: boolean
  /** Lets text out to where others can read it. */
  readonly sink: boolean
  readonly destructive: boolean
}

/** X5: one API that has all three by itself. Its makers know, so it is told and stops nothing. */
export const lethalTrifecta: Rule = {
  id: 'X5',
  weight: 'advice',
  *find({ definition }) {
    const flagged = flagsOf(definition)
    for (const origin of new Set(flagged.map((each) => each.origin))) {
      const [untrusted, secret, sink] = trifecta(flagged.filter((each) => each.origin === origin))
      if (!untrusted || !secret || !sink) continue
      yield serverFound(
        definition,
        `${origin}: ${untrusted.name} gives text of strangers, ${secret.name} private data, and ${sink.name} lets text out.`,
        'Leave out what is not needed with remove_item; keep confirmations on (mcpwright inbox policy).',
      )
    }
  },
}

/** TF001: text of strangers, private data and a way out that come together from different places. */
export const leakingFlow: Rule = {
  id: 'TF001',
  weight: 'gate',
  *find({ definition }) {
    const flagged = flagsOf(definition)
    const pairs = crossing(flagged, 'private', 'sink')
    const untrusted = flagged.find((each) => each.untrusted)
    if (!untrusted || !pairs) return
    const [secret, sink] = pairs
    yield serverFound(
      definition,
      `What strangers wrote (${untrusted.name}) can have private data (${secret.name}, ${secret.origin}) sent to others (${sink.name}, ${sink.origin}).`,
      'Put one of them on a server of its own, with remove_item and init_server; or deploy with acknowledge when a person wants them together.',
    )
  },
}

/** TF002: text of strangers from one place, and a tool that destroys at another. */
export const destroyingFlow: Rule = {
  id: 'TF002',
  weight: 'gate',
  *find({ definition }) {
    const pair = crossing(flagsOf(definition), 'untrusted', 'destructive')
    if (!pair) return
    const [untrusted, destructive] = pair
    yield serverFound(
      definition,
      `What strangers wrote (${untrusted.name}, ${untrusted.origin}) can have things destroyed (${destructive.name}, ${destructive.origin}).`,
      'Put one of them on a server of its own, with remove_item and init_server; or deploy with acknowledge when a person wants them together.',
    )
  },
}

function serverFound({ name }: ServerDefinition, problem: string, fix: string): Found {
  return { kind: 'server', name, problem, fix }
}

type Flag = 'untrusted' | 'private' | 'sink' | 'destructive'

function trifecta(flagged: readonly ToolFlags[]): (ToolFlags | undefined)[] {
  return (['untrusted', 'private', 'sink'] as const).map((flag) => flagged.find((each) => each[flag]))
}

/** The first two tools of different origins of which one has the one flag, one the other. */
function crossing(flagged: readonly ToolFlags[], one: Flag, other: Flag): readonly [ToolFlags, ToolFlags] | undefined {
  const firstOfOrigin = (flag: Flag) =>
    [
      ...Map.groupBy(
        flagged.filter((each) => each[flag]),
        ({ origin }) => origin,
      ).values(),
    ].flatMap(([first]) => first ?? [])
  for (const left of firstOfOrigin(one)) {
    for (const right of firstOfOrigin(other)) if (left.origin !== right.origin) return [left, right]
  }
  return undefined
}

/** The flags of each tool, by what it does, asks and is called. */
export function flagsOf({ tools, credentials, connections }: ServerDefinition): readonly ToolFlags[] {
  const secretHosts = new Set(credentials.flatMap(({ hosts }) => hosts))
  const withToken = new Set(connections.filter(({ token }) => token !== undefined).map(({ name }) => name))
  return tools.map((tool) => {
    const { name, effect, handler } = tool
    const words = wordsOf(tool)
    const hosts =
      handler.kind === 'operation' ? hostsOfCall(handler.call) : handler.kind === 'code' ? handler.hosts : []
    const isGuarded =
      handler.kind === 'external' ? withToken.has(handler.connection) : hosts.some((host) => secretHosts.has(host))
    const isOpen = handler.kind === 'operation' && handler.call.security.some((needed) => needed.length === 0)
    return {
      name,
      origin: handler.kind === 'external' ? `connection ${handler.connection}` : siteOf(hosts),
      untrusted: effect === 'read' && UNTRUSTED.test(words),
      private: effect === 'read' && ((isGuarded && !isOpen) || PRIVATE.test(words)),
      sink: effect !== 'read' && (hosts.length > 0 || handler.kind === 'external') && SINK.test(words),
      destructive: effect === 'delete',
    }
  })
}

/** `api.github.com` and `uploads.github.com` are one place; code without hosts reaches none. */
function siteOf(hosts: readonly string[]): string {
  const [first = ''] = hosts
  const labels = first.replace(/:\d+$/, '').split('.')
  if (first === '') return 'this server'
  if (/^[\d.:]+$/.test(first) || labels.length < 3) return first
  // co.uk and com.au are registries, not sites.
  return labels.slice((labels.at(-2) ?? '').length <= 3 ? -3 : -2).join('.')
}

/** The name and the first sentence: further texts tell of much that the tool itself does not do. */
function wordsOf({ name, description }: ToolDefinition): string {
  const [sentence = ''] = description.split(/(?<=\.)\s|\n/, 1)
  return `${name.replaceAll('_', ' ')} ${sentence.slice(0, 200)}`.toLowerCase()
}

const UNTRUSTED =
  /\b(?:web ?pages?|web ?sites?|websearch|web search|browse|crawl|scrape|fetch(?:es)? (?:a |any |the )?(?:url|page)|urls?|e-?mails?|inbox|messages?|comments?|issues?|pull requests?|tickets?|reviews?|posts?|tweets?|feeds?|news|forum|threads?|replies|attachments?)\b/
const PRIVATE =
  /\b(?:private|personal|confidential|my (?:files|documents|notes)|local files?|read file|patients?|payroll|salar(?:y|ies)|bank accounts?|contacts|passwords?|secrets?)\b/
const SINK =
  /\b(?:send|sends|post|posts|publish|publishes|comment|reply|tweet|share|shares|e-?mail|message|upload|uploads|webhooks?|notify|notif(?:ies|ication)|broadcast|forward|invite|create (?:an? )?(?:issue|comment|message|post|gist|page|ticket|review))\b/
