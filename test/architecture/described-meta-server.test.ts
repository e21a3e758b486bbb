import { expect, it } from 'vitest'
import { describeMetaServer } from '../../src/mcp/describe-meta-server.ts'
import { describedMetaServer } from '../../src/mcp/described-meta-server.ts'

it.each([false, true])(
  'is described to the stdio door as its tools are now; else run "npm run describe" (file tools: %s)',
  (fileTools) => {
    expect(describedMetaServer({ fileTools })).toEqual(structuredClone(describeMetaServer({ fileTools })))
  },
)
