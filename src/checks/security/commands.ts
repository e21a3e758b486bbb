import type { CheckedServer } from '../checked-server.ts'
import type { PlacedText } from '../placed-texts.ts'
import type { Found, Rule } from '../rule.ts'
import { mending } from './concealment.ts'
import { findCommand, type FoundCommand } from './find-command.ts'

/** X2: text that tells the model what to do instead of saying what something is. */
export const commandsToModel: Rule = {
  id: 'X2',
  weight: 'warning',
  *find(server) {
    const known = new Map<string, FoundCommand | undefined>()
    const foreign = foreignTools(server)
    for (const placed of server.texts) {
      const { text, role } = placed
      // Code is run; models do not read it.
      if (role === 'code') continue
      const isPrompt = role !== 'label'
      const key = `${isPrompt}${text}`
      if (!known.has(key)) known.set(key, findCommand(text, isPrompt))
      const command = known.get(key)
      if (command) yield found(placed, `It ${command.does}: "${command.quote}".`)
      else if (role === 'label' && placed.kind === 'tool') {
        const named = foreign(placed)
        if (named !== undefined) yield found(placed, `It speaks of "${named}", a tool of another server.`)
      }
    }
  },
}

function found({ kind, name, at }: PlacedText, problem: string): Found {
  return { kind, name, at, problem, fix: `Have it say only what it is and gives, ${mending(kind)}.` }
}

/** `mcp__server__tool`, as clients name tools of servers. */
const MOUNTED = /\bmcp__[a-z0-9-]{1,40}__[a-z0-9_]{1,64}\b/i

/**
 * Finds the name of a tool of another origin in a text: a description that speaks of another server's tools changes
 * how those are used (tool shadowing).
 */
function foreignTools({ definition: { tools } }: CheckedServer): (placed: PlacedText) => string | undefined {
  const connected = tools.filter(({ handler }) => handler.kind === 'external')
  const originOf = new Map(
    tools.map(({ name, handler }) => [name, handler.kind === 'external' ? handler.connection : '']),
  )
  const owners = new Map<string, Set<string>>()
  for (const { name, handler } of connected.length > 0 ? tools : []) {
    for (const each of handler.kind === 'external' ? [name, handler.tool] : [name]) {
      // Plain words, such as "search", stand in every text.
      if (/[_-]/.test(each)) owners.set(each, (owners.get(each) ?? new Set()).add(originOf.get(name) ?? ''))
    }
  }
  return ({ name, text }) => {
    const mounted = MOUNTED.exec(text)?.[0]
    if (mounted !== undefined || owners.size === 0) return mounted
    const own = originOf.get(name) ?? ''
    return text.match(/[A-Za-z][\w-]{2,63}/g)?.find((word) => {
      const origins = owners.get(word)
      return origins !== undefined && !origins.has(own)
    })
  }
}
