import { describe, expect, it } from 'vitest'
import { checkDefinition } from '../../src/checks/check-definition.ts'
import { findCommand } from '../../src/checks/security/find-command.ts'
import { hiddenPart } from '../../src/checks/security/concealment.ts'
import innocent from '../fixtures/poisoned/innocent.json' with { type: 'json' }
import poisoned from '../fixtures/poisoned/texts.json' with { type: 'json' }
import { placed } from './definition.ts'

const security = (place: string, text: string) => checkDefinition(placed(place, text), { only: ['X1', 'X2', 'X3'] })

describe('texts that mean harm', () => {
  it('are more than forty, in every place that a model reads', () => {
    expect(poisoned.length).toBeGreaterThan(40)
    expect(new Set(poisoned.map(({ place }) => place)).size).toBeGreaterThan(10)
  })

  it.each(poisoned.map(({ place, text, rules }) => [place, text, rules] as const))(
    'are found in a %s: %j',
    (place, text, expected) => {
      const findings = security(place, text)
      expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(expected))
      for (const { id, where, problem, fix } of findings) {
        expect(id).toMatch(/^X[123]:(tool|prompt|resource|server)\/\w+$/)
        expect(fix).toMatch(/add_|init_server/)
        // What is told must not do what it tells of.
        expect(`${where}${problem}`).not.toMatch(/[\p{Cf}\u{e0000}-\u{e01ef}]/u)
      }
    },
  )
})

describe('texts that only look like it', () => {
  it.each(innocent.map(({ place, text }) => [place, text] as const))('are left alone in a %s: %j', (place, text) => {
    expect(security(place, text)).toEqual([])
  })
})

const fill = (piece: string) => piece.repeat(Math.ceil(100_000 / piece.length))

describe('a hostile text of 100 KB', () => {
  // A pattern of quadratic time would take minutes, and the test its time limit.
  it.each([
    'ignore ',
    'do not tell ',
    'send the ',
    'send all secrets ',
    'before calling ',
    'always bcc ',
    '<important ',
    'a ',
    ' ',
    '\n',
    '~/.',
    'A',
    'style="',
    '<!-',
    '\u200b',
    '\u{e0041}',
    'іa',
    'you must call ',
    'http',
    "don't ",
    'no ',
    '不要',
    'sag es ',
  ])('made of %j is read in linear time', (piece) => {
    const text = fill(piece)
    findCommand(text)
    hiddenPart(text, 'label')
    expect(text.length).toBeGreaterThanOrEqual(100_000)
  })
})
