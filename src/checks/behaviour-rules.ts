import { Ajv2020 } from 'ajv/dist/2020.js'
import { isReadingMethod } from '../model/reading-method.ts'
import type { Effect, ToolDefinition } from '../model/tool-definition.ts'
import { howToMend } from './checked-server.ts'
import type { Rule } from './rule.ts'

/** B3: clients refuse a whole result for one mismatch. MCP 2026-07-28, server/tools. Looks at the results of saved tests. */
export const fittingResults: Rule = {
  id: 'B3',
  weight: 'gate',
  *find({ definition: { tests = [] }, tools }) {
    for (const { name, tool: asked, expected } of tests) {
      const checked = tools.find(({ tool }) => tool.name === asked)
      const { result } = expected
      if (!checked || !result || result.isError) continue
      const problem = mismatch(checked.tool, result.structuredContent)
      if (problem === undefined) continue
      yield {
        kind: 'tool',
        name: asked,
        at: `test "${name}"`,
        problem: `Its result does not fit its output schema: ${problem}.`,
        fix: `Correct the code or output_schema, ${howToMend(checked)}.`,
      }
    }
  },
}

/** In what a result departs from the tool's output schema. */
function mismatch({ outputSchema }: ToolDefinition, structured: unknown): string | undefined {
  if (!outputSchema) return undefined
  if (structured === undefined) return 'there is no structured content'
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const validate = ajv.compile(outputSchema)
  return validate(structured) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'result' }).slice(0, 160)
}

/** B4: clients call what only reads without asking. RFC 9110, section 9.2.1 (safe methods). */
export const truthfulEffects: Rule = {
  id: 'B4',
  weight: 'warning',
  *find({ tools }) {
    for (const checked of tools) {
      const { name, handler, effect } = checked.tool
      if (handler.kind !== 'operation') continue
      const { method } = handler.call
      if (!contradicts(method.toUpperCase(), effect)) continue
      const right = method.toUpperCase() === 'DELETE' ? 'delete' : method.toUpperCase() === 'GET' ? 'read' : 'write'
      yield {
        kind: 'tool',
        name,
        problem: `It sends ${method}, and calls itself "${effect}".`,
        fix: `Give it the effect "${right}" ${howToMend(checked)}.`,
      }
    }
  },
}

function contradicts(method: string, effect: Effect): boolean {
  if (effect === 'read') return !isReadingMethod(method)
  return ['GET', 'HEAD', 'OPTIONS'].includes(method)
}
