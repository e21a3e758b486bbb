import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { compressText, decompressText, digestOfText } from '../../src/registry/compressed-text.ts'

const megabyte = 'a'.repeat(1024 * 1024)

describe('a kept text', () => {
  it.each([
    ['nothing', ''],
    ['a word', 'Bücher'],
    ['three pieces', megabyte.repeat(3)],
    ['a character across two pieces', `${megabyte.slice(1)}📚${megabyte}`],
  ])('is given back as it was, and has the digest of its UTF-8: %s', async (_, text) => {
    expect((await decompressText(await compressText(text))) === text).toBe(true)
    expect(await digestOfText(text)).toBe(createHash('sha256').update(text).digest('hex'))
  })
})
