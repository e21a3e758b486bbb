import type { Effect } from '../operation.ts'
import { meaningsOf, stemsOf, type Asked } from './search-words.ts'
import type { ToolDocument } from './tool-index.ts'

/** What tells of two tools with the same words the one that is meant. */
export interface ToolTraits {
  readonly effect: Effect
  readonly isDeprecated: boolean
  /** How many parts its path has. */
  readonly depth: number
  /** Of its summary. */
  readonly summary: readonly Stem[]
  /** Of the last fixed part of its path: the thing it acts on. */
  readonly subject: readonly Stem[]
}

interface Stem {
  readonly stem: string
  readonly meanings: readonly string[]
}

const DEPRECATED = /^Deprecated\. /

/** A tool as the index takes it in, and its traits. */
export function describedTool({ name, description, group = '', path = '', effect }: ToolDocument) {
  const text = description.replace(DEPRECATED, '')
  const summary = text.split(/(?<=\.)\s|\n/, 1)[0]?.slice(0, 160) ?? ''
  const parts = path.split('/').filter(Boolean)
  const subject = parts.findLast((part) => !part.includes('{')) ?? ''
  const traits: ToolTraits = {
    effect,
    isDeprecated: text !== description,
    depth: parts.length,
    summary: stemsOf(summary).map(withMeanings),
    subject: stemsOf(apart(subject)).map(withMeanings),
  }
  return {
    traits,
    fields: { id: name, summary, words: apart(name), group, path: apart(path), description: text.slice(0, 600) },
  }
}

function withMeanings(stem: string): Stem {
  return { stem, meanings: meaningsOf(stem) }
}

function apart(name: string): string {
  return name.replaceAll(/[/{}_.-]+/g, ' ')
}

/**
 * From 0 to 1: what has the wanted effect, speaks of little else, is not deprecated and stands near the root of its
 * API is meant more often.
 * @param share  of the request's words that the tool holds
 */
export function fitOf(tool: ToolTraits, asked: Asked, share: number): number {
  const words = partly(0.75, share) * partly(0.15, coverOf(tool.summary, asked))
  const subject = partly(0.2, coverOf(tool.subject, asked))
  const intent = effectFit(tool.effect, asked.intent)
  return (words * subject * intent * (tool.isDeprecated ? 0.5 : 1)) / (1 + 0.03 * tool.depth)
}

function partly(weight: number, share: number): number {
  return 1 - weight + weight * share
}

/** Which share of the stems the request speaks of. */
function coverOf(stems: readonly Stem[], { terms }: Asked): number {
  if (stems.length === 0) return 0
  let spoken = 0
  for (const { stem, meanings } of stems) {
    if (terms.has(stem)) spoken += 1
    else if (meanings.some((term) => terms.has(term))) spoken += 0.9
  }
  return spoken / stems.length
}

/** A request that names no deed asks to be told; a "remove" may well be a write. */
function effectFit(effect: Effect, intent: Effect = 'read'): number {
  if (effect === intent) return 1
  return effect === 'read' || intent === 'read' ? 0.63 : 0.7
}
