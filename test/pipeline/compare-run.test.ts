import { describe, expect, it } from 'vitest'
import { textResult, toToolResult, type ToolResult } from '../../runtime/library/tool-result.ts'
import { differenceOf } from '../../src/pipeline/compare-run.ts'

const difference = (saved: ToolResult, given: ToolResult) =>
  differenceOf(
    { isError: false, result: saved, secrets: [] },
    { ok: true, result: given, requests: [], logs: [], ms: 1, secrets: [] },
  )

describe('what differs from a saved run', () => {
  it('is told of its data, and not of what stands around it', () => {
    expect(difference(toToolResult({ grams: 6 }), toToolResult({ grams: 9 }))).toBe(
      'its result has {"grams":9} where {"grams":6} was saved',
    )
  })

  it('is told of its text, from a little before it on', () => {
    const before = 'A pot of four cups takes '
    expect(difference(textResult(`${before}6 g.`), textResult(`${before}9 g.`))).toBe(
      'its result has … of four cups takes 9 g. where … of four cups takes 6 g. was saved',
    )
  })

  it('is told where it stands beside the data', () => {
    const saved = toToolResult({ grams: 6 })
    const given = { ...saved, content: [{ type: 'text', text: '6 g' }] } as const
    expect(difference(saved, given)).toContain('6 g')
  })

  it('is nothing where nothing differs', () => {
    expect(difference(textResult('6 g'), textResult('6 g'))).toBeUndefined()
  })
})
