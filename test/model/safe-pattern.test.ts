import { describe, expect, it } from 'vitest'

import { isSafePattern } from '../../src/model/safe-pattern.ts'

describe('patterns of schemas', () => {
  it.each([
    '^[a-z]{2}$',
    '^[A-Za-z0-9_-]+$',
    '^\\d{4}-\\d{2}-\\d{2}$',
    '^(a|b|c)$',
    'x{3}',
    '^#[0-9a-f]{6}$',
    '^\\p{L}*$',
    '^[\\w.-]{1,64}@[\\w.-]{1,255}$',
    '^\\+?[1-9]\\d{1,14}$',
    '[0-9]{1,255}',
    '^a+?$',
    '',
  ])('keeps %s', (pattern) => {
    expect(isSafePattern(pattern)).toBe(true)
  })

  it.each([
    '^(a+)+$',
    '^(a*)*$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '^([a-z]+)*x$',
    '^((a{1,9}){1,9}){20}$',
    '(x+x+)+y',
    '\\s+$',
    '^a*a*a*b$',
    '^(.*)(.*)=$',
    '(a)\\1',
    '^(?:a{1,1000}){1,1000}$',
    '^a*a{0,999}a{0,999}b',
    '^a{0,200}a{0,200}a{0,200}b',
    'a{0,999}b',
    '(?:a{99}){99}b',
    'a?a?a?a?a?a?a?a?a?aaaaaaaaab',
    '(?=a{0,900})a{0,900}b',
    '(?<!a*)b',
    '^[a]+$|b',
    '(?i)abc',
    '[',
    '^\\_x$',
  ])('drops %s', (pattern) => {
    expect(isSafePattern(pattern)).toBe(false)
  })
})
