import { propertiesOf, isRecord } from '../schema-nodes.ts'
import { howToMend } from '../checked-server.ts'
import type { Rule } from '../rule.ts'

const SHORTEST = 40
const LONGEST = 600

/** D1 */
export const described: Rule = {
  id: 'D1',
  weight: 'warning',
  *find({ tools, definition: { resources, prompts } }) {
    for (const checked of tools) {
      if (checked.tool.description.trim() !== '') continue
      yield {
        kind: 'tool',
        name: checked.tool.name,
        problem: 'It has no description; models choose by it.',
        fix: `Say what it does and gives, ${howToMend(checked)}.`,
      }
    }
    for (const { name, description = '' } of resources) {
      if (description.trim() === '')
        yield {
          kind: 'resource',
          name,
          problem: 'It has no description.',
          fix: 'Say what it holds, with add_resource and replace: true.',
        }
    }
    for (const { name, description } of prompts) {
      if (description.trim() === '')
        yield {
          kind: 'prompt',
          name,
          problem: 'It has no description.',
          fix: 'Say what it is for, with add_prompt and replace: true.',
        }
    }
  },
}

/** D2: too short to choose by, or so long that models stop reading. An API's own texts are cut at the import. */
export const describedBriefly: Rule = {
  id: 'D2',
  weight: 'advice',
  *find({ tools }) {
    for (const checked of tools) {
      const { name, description } = checked.tool
      const { length } = description.trim()
      const isShort = length > 0 && length < SHORTEST && checked.origin === 'own'
      if (!isShort && (length <= LONGEST || checked.origin !== 'own')) continue
      yield {
        kind: 'tool',
        name,
        problem: `Its description has ${length} characters.`,
        fix: `${isShort ? 'Say what it does, what it gives and when to use it' : 'Keep what a model chooses by'}, in ${SHORTEST} to ${LONGEST} characters, ${howToMend(checked)}.`,
      }
    }
  },
}

/** What says that something comes back, or that it is shown. */
const GIVES =
  /\b(?:returns?|gives?|lists?|yields?|answers?|results?|responds?|response|outputs?|shows?|gets?|fetch(?:es)?|finds?|search(?:es)?|looks? up|reads?|counts?|computes?|calculates?|checks?|tells?|provides?|retrieves?|describes?|reports?|displays?|converts?|translates?|summari[sz]es?|generates?|creates? a)\b/i

/** D4: asked of hand-written tools that read; what changes something may give nothing. */
export const saysWhatItGives: Rule = {
  id: 'D4',
  weight: 'advice',
  *find({ tools }) {
    for (const checked of tools) {
      const { name, description, effect, outputSchema } = checked.tool
      const isAsked = checked.origin === 'own' && effect === 'read' && !outputSchema && description.trim() !== ''
      if (!isAsked || GIVES.test(description)) continue
      yield {
        kind: 'tool',
        name,
        problem: 'Its description does not say what it gives.',
        fix: `Add it: "Returns …", ${howToMend(checked)}.`,
      }
    }
  },
}

const PLACEHOLDER =
  /\b(?:lorem ipsum|fixme|tbd|to be (?:defined|written|done)|(?:add|insert|enter|put|write|your) (?:a |the |your |some )?(?:tool )?description(?: here)?|description goes here|placeholder (?:text|description)|foo ?bar|asdf|changeme)\b|\btodo ?:|^\s*(?:todo|tbd|test|description|string|n\/a|none|xxx|\.\.\.|…|-)\s*\.?\s*$/i

/** D5 */
export const noPlaceholders: Rule = {
  id: 'D5',
  weight: 'warning',
  *find({ tools }) {
    for (const checked of tools) {
      const { name, description } = checked.tool
      const found = PLACEHOLDER.exec(description.slice(0, 2_000))
      if (!found) continue
      yield {
        kind: 'tool',
        name,
        problem: `Its description holds a placeholder: "${found[0].trim().slice(0, 40)}".`,
        fix: `Say what it does and gives, ${howToMend(checked)}.`,
      }
    }
  },
}

/** Arguments whose names say all. */
const PLAIN =
  /^(?:id|.{1,30}[_-]?id|limit|page|per_page|page_size|offset|cursor|query|q|text|url|fields|sort|order|name|email|date|from|to)$/i

/** D6 */
export const describedArguments: Rule = {
  id: 'D6',
  weight: 'advice',
  *find({ tools }) {
    for (const checked of tools) {
      const bare = Object.entries(propertiesOf(checked.tool.inputSchema)).filter(
        ([name, schema]) => !saysWhat(name, schema),
      )
      // APIs leave out what is plain to their own people: some gaps are their style, many are a fault.
      const allowed = checked.origin === 'own' ? 0 : 4
      if (bare.length <= allowed) continue
      const names = bare.slice(0, 4).map(([name]) => `"${name.slice(0, 40)}"`)
      yield {
        kind: 'tool',
        name: checked.tool.name,
        problem: `${bare.length === 1 ? 'An argument has' : `${bare.length} arguments have`} no description: ${names.join(', ')}${bare.length > 4 ? ', …' : ''}.`,
        fix: `Describe them in the input schema, with unit and form, ${howToMend(checked)}.`,
      }
    }
  },
}

function saysWhat(name: string, schema: unknown): boolean {
  if (!isRecord(schema)) return false
  return (
    ['description', 'title', 'enum', 'const', '$ref', 'format'].some((keyword) => keyword in schema) || PLAIN.test(name)
  )
}
