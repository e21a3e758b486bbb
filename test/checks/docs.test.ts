import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { rules } from '../../src/checks/rules.ts'

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/checks.md'), 'utf8')
const rows = new Map(
  Array.from(page.matchAll(/^\| ([A-Z]{1,2}\d{1,3}) \| .+ \| (gate|warning|advice) \|/gm), ([, id = '', weight]) => [
    id,
    weight,
  ]),
)
/** They run tools (src/pipeline/probe-behaviour.ts) or the emitters (src/pipeline/workshop/overlay-findings.ts). */
const run = [
  { id: 'F1', weight: 'gate' },
  { id: 'B1', weight: 'gate' },
  { id: 'B2', weight: 'warning' },
]

describe('docs/checks.md', () => {
  it('has a row for every rule with its weight, and no others', () => {
    const known = [...rules, ...run].map(({ id, weight }) => [id, weight] as const)
    expect(new Map(known).size).toBe(known.length)
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(known))
  })
})
