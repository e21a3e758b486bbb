import { findKey } from '../../secrets/key-patterns.ts'
import type { Rule } from '../rule.ts'
import { mending } from './concealment.ts'

/** X3: a key that stands in a definition stands in every build, log and chat of it. */
export const secretsInTexts: Rule = {
  id: 'X3',
  weight: 'gate',
  *find({ texts }) {
    for (const { kind, name, at, text } of texts) {
      const owner = text.length < 20 ? undefined : findKey(text)
      if (owner === undefined) continue
      yield {
        kind,
        name,
        at,
        problem: `It holds what looks like a key (${owner}).`,
        fix: `Have the key renewed, name a secret instead with request_secrets, and write it anew ${mending(kind)}.`,
      }
    }
  },
}
