import { SAVED_TESTS } from '../../src/model/saved-test.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import { protocolsOf } from './emit-protocols.ts'
import { jsonText } from './source-text.ts'

/** Writes the runs that were saved as tests, as data, and the program that repeats them. None: no files. */
export function emitSavedTests(definition: ServerDefinition): ProjectFiles {
  const { tests = [] } = definition
  if (tests.length === 0) return {}
  return {
    [SAVED_TESTS]: jsonText(tests),
    'test/saved-tests.d.json.ts': types,
    'test/saved-tests.ts': protocolsOf(definition).length > 0 ? withProtocols(program) : program,
  }
}

function withProtocols(text: string): string {
  return text
    .replace('import tests from', "import { protocols } from '../src/protocols.ts'\nimport tests from")
    .replace('{ code, operations }', '{ code, operations, protocols }')
}

const types = `declare const tests: readonly import('../src/lib/saved-test.ts').SavedTest[]
export = tests
`

const program = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { code } from '../src/code.ts'
import { runSavedTest } from '../src/lib/server/run-saved-test.ts'
import operations from '../src/operations.json' with { type: 'json' }
import tests from './saved-tests.json' with { type: 'json' }

for (const saved of tests) {
  test(\`\${saved.tool}: \${saved.name}\`, async () => {
    const { isError, result, requests } = saved.expected
    const run = await runSavedTest(saved, { code, operations })
    assert.equal(run.result.isError === true, isError, JSON.stringify(run.result))
    if (result) assert.deepEqual(JSON.parse(JSON.stringify(run.result)), result)
    if (requests) assert.deepEqual(run.requests, requests)
  })
}
`
