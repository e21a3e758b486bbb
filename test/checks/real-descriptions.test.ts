import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { importers } from '../../generators/importers/index.ts'
import { checkDefinition } from '../../src/checks/check-definition.ts'
import { gradeServer } from '../../src/checks/grade-server.ts'
import { toTool } from '../../src/pipeline/import-tool.ts'
import { definitionOf } from './definition.ts'

const generated = path.resolve(import.meta.dirname, '../../node_modules/@octokit/openapi/generated')

it("GitHub's 1,223 operations raise no false alarm, and are worth an A", async () => {
  const api = await importers[0]?.read(readFileSync(path.join(generated, 'api.github.com.json'), 'utf8'), {})
  const tools = (api?.operations ?? []).map(toTool)
  expect(tools.length).toBeGreaterThan(1_000)
  const findings = checkDefinition(definitionOf({ tools, exposure: 'search' }))
  const alarms = findings.filter(({ rule, weight }) => ['X1', 'X2', 'X3', 'X4'].includes(rule) || weight === 'gate')
  // bench/checks measures other APIs: under 2 % is asked.
  expect(alarms.map(({ id, problem }) => `${id} ${problem}`)).toEqual([])
  expect(gradeServer(findings, tools.length).grade).toBe('A')
})
