import { describe, expect, it } from 'vitest'
import { toResult } from '../../src/mcp/meta-result.ts'
import type { MetaAnswer } from '../../src/tools/meta-tool.ts'

/** What a model reads whose client hands texts on, and nothing else. */
const textsOf = (answer: MetaAnswer) => toResult(answer).content.map(({ text }) => text)

describe('the texts of an answer', () => {
  it('hold what the short one does not say, as JSON for the model', () => {
    const findings = [{ id: 'D2:tool/get_book', fix: 'Say more.' }]
    const answer = {
      text: 'desk: grade B, 81 of 100.',
      structured: { server: 'desk', grade: 'B', score: 81, findings },
    }
    expect(textsOf(answer)).toEqual([answer.text, JSON.stringify({ findings })])
    expect(toResult(answer)).toMatchObject({
      content: [{ type: 'text' }, { annotations: { audience: ['assistant'] } }],
      structuredContent: answer.structured,
    })
  })

  it('have a cursor, which no short text tells', () => {
    const structured = { servers: [], next_cursor: 'c2hvcA' }
    expect(textsOf({ text: 'shop: running', structured })).toEqual(['shop: running', '{"next_cursor":"c2hvcA"}'])
  })

  it('say nothing twice that a tool has told in its own words', () => {
    const answer = {
      text: 'const a = 1',
      structured: { file: 'src/a.ts', text: 'const a = 1' },
      told: ['file', 'text'],
    }
    expect(textsOf(answer)).toEqual(['const a = 1'])
    expect(textsOf({ text: '"desk" is stopped.', structured: { server: 'desk', missing: [], note: '' } })).toHaveLength(
      1,
    )
  })

  it('say a number or a name that stands in the short one only as a part of another', () => {
    const answer = { text: '"desk-2" took 14 ms.', structured: { server: 'desk-2', tokens: 4, tool: 'desk', ms: 14 } }
    expect(textsOf(answer)).toEqual([answer.text, '{"tokens":4}'])
    expect(textsOf({ text: 'Booked.', structured: { health: 'ok' } })).toEqual(['Booked.', '{"health":"ok"}'])
  })

  it('have what comes next behind the short one', () => {
    const next = [{ tool: 'deploy', arguments: { server: 'desk' } }]
    expect(textsOf({ text: 'Saved.', structured: { tokens: 46 }, next })).toEqual([
      'Saved.\nnext: deploy {"server":"desk"}',
      '{"tokens":46}',
    ])
  })
})
