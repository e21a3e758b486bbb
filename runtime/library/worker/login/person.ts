import { sha256Hex } from '../../server/digest.ts'
import type { LoginSettings } from './login-settings.ts'

/** Somebody who has logged in, as their issuer knows them. */
export interface Person {
  /** Never given to somebody else: `sub` of an OpenID provider, the number of a GitHub account. */
  readonly subject: string
  /** E-mail addresses that the issuer has checked, in lower case. */
  readonly emails: readonly string[]
  /** Name of a GitHub account. */
  readonly github?: string
}

export function isAllowed({ subject, emails, github }: Person, { allow }: Pick<LoginSettings, 'allow'>): boolean {
  return allow.some((entry) => {
    if (entry === '*' || entry === `sub:${subject}`) return true
    const wanted = entry.toLowerCase()
    if (github !== undefined && wanted === `github:${github.toLowerCase()}`) return true
    if (wanted.startsWith('*@')) return emails.some((email) => email.slice(email.lastIndexOf('@')) === wanted.slice(1))
    return emails.includes(wanted)
  })
}

/** How a person is told who they are. */
export function nameOf({ subject, emails: [email], github }: Person): string {
  if (github !== undefined) return `github:${github}`
  return email ?? `sub:${subject}`
}

/** Tells people apart, over all issuers, and says nothing else of them. */
export function personId(issuer: string, { subject }: Pick<Person, 'subject'>): Promise<string> {
  return sha256Hex(JSON.stringify([issuer, subject]))
}
