interface KeyPattern {
  /** Whose key it is, for people. */
  readonly kind: string
  readonly pattern: RegExp
  /** Looks closer where the pattern alone also fits what is no key. */
  readonly isKey?: (match: string) => boolean
}

/** Keys that can be told by their looks alone. Each pattern is linear: no part of it can match in two ways. */
const PATTERNS: readonly KeyPattern[] = [
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: 'GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g },
  { kind: 'GitHub token', pattern: /\bgithub_pat_[A-Za-z0-9_]{50,255}\b/g },
  { kind: 'GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,64}/g },
  { kind: 'Stripe key', pattern: /\b[sr]k_(?:live|test)_[A-Za-z0-9]{20,255}\b/g },
  { kind: 'Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{20,255}/g },
  { kind: 'Slack token', pattern: /\bxapp-\d-[A-Za-z0-9-]{20,255}/g },
  { kind: 'Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { kind: 'Anthropic key', pattern: /\bsk-ant-[A-Za-z0-9_-]{24,255}/g },
  { kind: 'OpenAI key', pattern: /\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{24,255}/g },
  { kind: 'OpenAI key', pattern: /\bsk-[A-Za-z0-9]{40,64}\b/g },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: 'SendGrid key', pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/g },
  {
    kind: 'JSON Web Token',
    pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/g,
    isKey: isJwt,
  },
  {
    kind: 'private key',
    // The whole body, with line ends as they are or escaped; "..." of a manual ends it too early to count.
    pattern: /-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY-----[A-Za-z0-9+/=\\\s]{40,8000}/g,
    isKey: () => true,
  },
]

/** What looks like a key in a text: whose it is, undefined when there is none. The key itself is not given. */
export function findKey(text: string): string | undefined {
  for (const { kind, pattern, isKey = isVaried } of PATTERNS) {
    for (const [match] of text.matchAll(pattern)) if (isKey(match)) return kind
  }
  return undefined
}

/** Puts the kind of each key in its place. */
export function maskKeys(text: string): string {
  return PATTERNS.reduce(
    (masked, { kind, pattern, isKey = isVaried }) =>
      masked.replaceAll(pattern, (match) => (isKey(match) ? `[${kind}]` : match)),
    text,
  )
}

/** In every manual of GitHub's. */
const GITHUB_EXAMPLE = '16C7e42F292c6912E7710c838347Ae178B4a'

/** Examples in manuals say so, or repeat a letter; a key is random. */
function isVaried(match: string): boolean {
  if (/example|x{5}|0{6}|1234567|abcdef/i.test(match) || match.endsWith(GITHUB_EXAMPLE)) return false
  return new Set(match.slice(-16)).size >= 7
}

/** Its head is a JSON object that names an algorithm (RFC 7515, section 4.1.1), other than that of manuals. */
function isJwt(match: string): boolean {
  const [head = '', payload = ''] = match.split('.', 2).map((part) => Buffer.from(part, 'base64url').toString('utf8'))
  // The token of jwt.io, which stands in a great many descriptions.
  return /"alg"\s*:/.test(head) && !payload.includes('"1234567890"') && !/example/i.test(payload)
}
