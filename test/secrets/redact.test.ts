import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { redactBytes, redactText } from '../../src/secrets/redact.ts'

const value = 'geheim & "mehr" +/ä'
const secrets = [{ name: 'TOKEN', value }]
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('taking secrets out of a text', () => {
  it.each([
    ['plain', value],
    ['JSON', JSON.stringify(value).slice(1, -1)],
    ['URL-encoded', encodeURIComponent(value)],
    ['URL-encoded in small letters', encodeURIComponent(value).toLowerCase().replace('geheim', 'geheim')],
    ['a form', new URLSearchParams({ v: value }).toString().slice(2)],
    ['Base64', base64(value)],
    ['base64url', Buffer.from(value).toString('base64url')],
  ])('finds it as %s', (_, written) => {
    expect(redactText(`before ${written} after ${written}`, secrets)).toBe('before [TOKEN] after [TOKEN]')
  })

  it.each(['', 'a', 'ab', 'abc', 'user:'])('finds it behind "%s" in something longer in Base64', (before) => {
    const plain = 'q7Hk2-zzT9_pW4x'
    const written = base64(`${before}${plain}:and more`)
    const redacted = redactText(written, [{ name: 'TOKEN', value: plain }])
    expect(redacted).toContain('[TOKEN]')
    // At most a byte at either end is left.
    const left = Buffer.from(redacted.replace('[TOKEN]', '    '), 'base64').toString('latin1')
    for (let start = 0; start + 4 <= plain.length; start++) expect(left).not.toContain(plain.slice(start, start + 4))
  })

  it('finds the password of "user:password" on its own, and no part of an address', () => {
    const pair = [{ name: 'LOGIN', value: 'client-7:s3cr3t-part' }]
    expect(redactText('client-7:s3cr3t-part, s3cr3t-part, client-7', pair)).toBe('[LOGIN], [LOGIN], client-7')
    expect(redactText(base64('s3cr3t-part'), pair)).toBe('[LOGIN]')
    const address = [{ name: 'HOOK', value: 'https://hooks.example/abc' }]
    expect(redactText('//hooks.example/abc', address)).toBe('//hooks.example/abc')
  })

  it('leaves short values, which are ordinary words, and "$&" is nothing special', () => {
    expect(redactText('the key is key', [{ name: 'K', value: 'key' }])).toBe('the key is key')
    expect(redactText('abcdefgh', [{ name: "$&$'", value: 'abcdefgh' }])).toBe("[$&$']")
  })

  it('finds it in bytes, and keeps the others as they are', () => {
    const noise = randomBytes(64)
    const bytes = Buffer.concat([noise, Buffer.from(value), noise])
    expect(Buffer.from(redactBytes(bytes, secrets))).toEqual(Buffer.concat([noise, Buffer.from('[TOKEN]'), noise]))
    expect(redactBytes(noise, secrets)).toBe(noise)
  })
})
