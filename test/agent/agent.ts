import type { Client, Tool } from '@modelcontextprotocol/client'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { tokensOf } from '../../src/model/token-cost.ts'
import { type Called, call as ask } from '../e2e/call.ts'

/** A call, as answers propose them in `next`. */
export interface Step {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export interface Goal {
  readonly server: string
  readonly start: readonly Step[]
  /**
   * What the agent has to give, by `tool.argument`. A value is used until it is refused; then comes the one after it.
   */
  readonly content: Readonly<Record<string, readonly unknown[]>>
}

export type Outcome =
  | { readonly kind: 'graded'; readonly server: string; readonly grade: string; readonly trail: readonly string[] }
  /** A person has to do something first; then `rest` is what remains to be called. */
  | { readonly kind: 'waits'; readonly rest: readonly Step[]; readonly trail: readonly string[] }
  /** No answer says how to go on: a fault of the answers, or of the goal's content. */
  | { readonly kind: 'stuck'; readonly trail: readonly string[] }

export interface Agent {
  pursue(goal: Goal, steps?: readonly Step[]): Promise<Outcome>
}

/** More calls than any goal needs: answers that lead in a circle end here. */
const MOST_CALLS = 25

/**
 * An agent that knows nothing but the list of tools. It makes the first calls of its goal, and from then on does what
 * answers say in `next`, in `error.next` and in `fix`, until a server is up and graded, or a person is needed.
 * @throws Error when an answer proposes a tool that is not listed, or arguments that its schema refuses
 */
export async function startAgent(client: Client): Promise<Agent> {
  const tools = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]))

  return {
    async pursue(goal, steps = goal.start) {
      const hand = openHand(goal, tools)
      const trail: string[] = []
      const done = new Set<string>()
      const todo = [...steps]
      let added: Step | undefined
      for (;;) {
        const proposed = todo.shift()
        const step = proposed && hand.fill(proposed)
        if (!step || trail.length >= MOST_CALLS) return { kind: 'stuck', trail }
        checkStep(step, tools, trail)
        if (step.tool === 'add_tool') added = wholeTool(added, step)
        const answer = await ask(client, step.tool, step.arguments)
        checkSize(step, answer)
        trail.push(`${step.tool} ${JSON.stringify(step.arguments).slice(0, 300)}\n    ${answer.text.slice(0, 600)}`)
        if (needsPerson(answer)) return { kind: 'waits', rest: [step, ...todo], trail }
        if (answer.isError) {
          const mended = stepOf(answer.error.next) ?? hand.again(step)
          if (mended) todo.unshift(mended)
          continue
        }
        done.add(JSON.stringify(step))
        if (todo.length > 0) continue
        if (step.tool === 'check_server') {
          const { grade } = answer.data
          const mended = grade === 'A' ? undefined : added && hand.mend(added, answer)
          if (!mended) return { kind: 'graded', server: String(step.arguments['server']), grade: String(grade), trail }
          todo.push(mended)
          continue
        }
        const isUp = step.tool === 'deploy' && answer.data['missing_secrets'] === undefined
        const next = isUp ? checkOf(step) : choose(answer, hand, done)
        if (next) todo.push(next)
      }
    },
  }
}

/** The cap of all answers. */
const MOST_TOKENS = 6_000

function checkSize({ tool }: Step, { text, data }: Called): void {
  const tokens = tokensOf(text) + tokensOf(data)
  if (tokens > MOST_TOKENS) throw new Error(`An answer of ${tool} has ${tokens} tokens.`)
}

/** What only a person can do: agree, allow, enter. */
function needsPerson({ text, error }: Called): boolean {
  return error.code === 'CONFIRMATION_NEEDED' || text.includes('mcpwright inbox')
}

function checkOf({ arguments: { server } }: Step): Step {
  return { tool: 'check_server', arguments: { server } }
}

/** An edit changes a tool; the rest of it stays as it was given before. */
function wholeTool(before: Step | undefined, step: Step): Step {
  return { ...step, arguments: { ...before?.arguments, ...step.arguments } }
}

/** The first proposal that can be filled and that did not succeed before. */
function choose({ data }: Called, hand: Hand, done: ReadonlySet<string>): Step | undefined {
  const proposals = Array.isArray(data['next']) ? data['next'] : []
  return proposals
    .flatMap((proposal) => stepOf(proposal) ?? [])
    .find((step) => {
      const filled = hand.fill(step)
      return filled && !done.has(JSON.stringify(filled))
    })
}

function stepOf(proposal: unknown): Step | undefined {
  const { tool, arguments: given }: { tool?: unknown; arguments?: unknown } = { ...Object(proposal) }
  return typeof tool === 'string' ? { tool, arguments: { ...Object(given) } } : undefined
}

interface Hand {
  /** With what is open filled in; undefined when there is nothing to fill it with. */
  fill(step: Step): Step | undefined
  /** The same call with the values that come next; undefined when there are none. */
  again(step: Step): Step | undefined
  /** The tool that was added, once more, where a finding says that add_tool mends it. */
  mend(added: Step, report: Called): Step | undefined
}

function openHand({ content }: Goal, tools: ReadonlyMap<string, Tool>): Hand {
  const used = new Map<string, number>()
  const valueOf = (key: string): unknown => content[key]?.[used.get(key) ?? 0]

  function fill(step: Step): Step | undefined {
    const filled: Record<string, unknown> = { ...step.arguments }
    const required = tools.get(step.tool)?.inputSchema.required ?? []
    const lacks = required.some((name) => filled[name] === undefined)
    const open = Object.keys(filled).filter((name) => isOpen(filled[name]))
    const offered = lacks ? keysFor(step.tool).filter((name) => filled[name] === undefined) : []
    for (const name of [...open, ...offered]) filled[name] = valueOf(`${step.tool}.${name}`)
    const isWhole = [...open, ...required].every((name) => filled[name] !== undefined)
    return isWhole ? { tool: step.tool, arguments: filled } : undefined
  }

  function keysFor(tool: string): string[] {
    return Object.keys(content).flatMap((key) => (key.startsWith(`${tool}.`) ? [key.slice(tool.length + 1)] : []))
  }

  function again(step: Step): Step | undefined {
    const changed = keysFor(step.tool).filter((name) => {
      const key = `${step.tool}.${name}`
      const at = (used.get(key) ?? 0) + 1
      const has = content[key]?.[at] !== undefined
      if (has) used.set(key, at)
      return has
    })
    const values = changed.map((name) => [name, valueOf(`${step.tool}.${name}`)])
    return changed.length === 0
      ? undefined
      : { ...step, arguments: { ...step.arguments, ...Object.fromEntries(values) } }
  }

  return {
    fill,
    again,
    mend(added, { data }) {
      const findings = Array.isArray(data['findings']) ? (data['findings'] as { fix?: unknown }[]) : []
      if (!findings.some(({ fix }) => String(fix).includes('add_tool'))) return undefined
      const { edits: _edits, ...whole } = added.arguments
      return again({ tool: 'add_tool', arguments: { ...whole, replace: true } })
    },
  }
}

/** Dots stand for what the caller fills in; the example of an edit does too. */
function isOpen(value: unknown): boolean {
  const text = JSON.stringify(value)
  return text.includes('…') || text.includes('"a piece of the code"')
}

const ajv = new Ajv2020({ strict: false })

function checkStep({ tool, arguments: given }: Step, tools: ReadonlyMap<string, Tool>, trail: readonly string[]): void {
  const listed = tools.get(tool)
  if (!listed) throw new Error(`An answer proposes "${tool}", which is not listed:\n${trail.join('\n')}`)
  const validate = ajv.compile(listed.inputSchema)
  if (validate(given)) return
  throw new Error(`An answer proposes ${tool} ${JSON.stringify(given)}: ${ajv.errorsText(validate.errors)}`)
}
