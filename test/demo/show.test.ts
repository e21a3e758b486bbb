import { expect, it } from 'vitest'
import { show } from '../../demo/show.ts'

// The projects that it writes are installed and run alone by test/e2e/taken-away.test.ts.
it('the demo imports, tests, deploys and calls both APIs, and leaves no process behind', async () => {
  const lines: string[] = []
  await show({ github: true, takeAway: false, keep: false, write: (line) => lines.push(line) })
  const told = lines.join('\n')
  expect(told).not.toContain('FAIL')
  expect(told).toContain('1223 tools added')
  expect(told.match(/(?:read|call)_tool: (?:GET|POST|PUT|PATCH|DELETE) \S+ answered 2\d\d/g)?.length).toBeGreaterThan(
    12,
  )
}, 120_000)
