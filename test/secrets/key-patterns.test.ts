import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findKey, maskKeys } from '../../src/secrets/key-patterns.ts'

/** Letters and digits only, new each time: no key lies in this file. */
const random = (length: number): string =>
  randomBytes(length * 4)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, length)
const jwt = (payload: object): string =>
  [{ alg: 'HS256', typ: 'JWT' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(random(43))
    .join('.')
const pem = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

const keys: readonly (readonly [string, string])[] = [
  ['AWS access key', ['AKIA', 'Q7ZK2LM9XW4TB3NV'].join('')],
  ['GitHub token', `ghp_${random(36)}`],
  ['GitHub token', `github_pat_${random(22)}_${random(59)}`],
  ['GitLab token', `glpat-${random(20)}`],
  ['Stripe key', `sk_live_${random(24)}`],
  ['Slack token', `xoxb-2048123098-${random(24)}`],
  ['Google API key', `AIza${random(35)}`],
  ['Anthropic key', `sk-ant-api03-${random(80)}`],
  ['OpenAI key', `sk-proj-${random(48)}`],
  ['npm token', `npm_${random(36)}`],
  ['SendGrid key', `SG.${random(22)}.${random(43)}`],
  ['JSON Web Token', jwt({ sub: 'ada', scope: 'write' })],
  ['private key', pem.privateKey],
]

const FOUND =
  /\[(?:AWS|GitHub|GitLab|Stripe|Slack|Google|Anthropic|OpenAI|npm|SendGrid|JSON|private) [\w ]*(?:key|token|Token)\]/g

describe('keys that are known by their looks', () => {
  it.each(keys)('%s is found and masked, wherever it stands', (kind, key) => {
    const text = `const headers = { authorization: "Bearer ${key}" }`
    expect(findKey(text)).toBe(kind)
    expect(maskKeys(text)).toContain(`[${kind}]`)
    for (const line of key.split('\n').filter((each) => each.length > 30 && !each.startsWith('---')))
      expect(maskKeys(text)).not.toContain(line)
  })

  it.each([
    'AKIAIOSFODNN7EXAMPLE',
    'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'sk_test_...',
    `sk-ant-${'0'.repeat(40)}`,
    jwt({ sub: '1234567890', name: 'John Doe' }),
    '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
    pem.publicKey,
    `3f9b${'a1'.repeat(18)}`,
    '00000000-0000-7000-8000-000000000001',
    'task-0123456789012345678901234567890123456789abcdef',
    `data:image/png;base64,${randomBytes(200).toString('base64')}`,
  ])('%s is no key', (text) => {
    expect(findKey(text)).toBeUndefined()
  })

  it('finds two in 12 MB of descriptions full of examples: a token and a private key that look real', () => {
    const folder = path.resolve(import.meta.dirname, '../fixtures/descriptions')
    const generated = path.dirname(createRequire(import.meta.url).resolve('@octokit/openapi/package.json'))
    const texts = [
      ...readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8')),
      readFileSync(path.join(generated, 'generated/api.github.com.json'), 'utf8'),
    ]
    expect(texts.flatMap((text) => maskKeys(text).match(FOUND) ?? [])).toEqual(['[JSON Web Token]', '[private key]'])
  })

  it('takes no longer than a glance at long texts that nearly fit', () => {
    const nearly = [
      'eyJ'.repeat(100_000),
      `-----BEGIN ${'A '.repeat(100_000)}`,
      'sk-'.repeat(100_000),
      'xoxb-'.repeat(60_000),
    ]
    expect(nearly.map(findKey)).toEqual([undefined, undefined, undefined, undefined])
  })
})
