import { type HiddenKind, hiddenIn } from '../../../runtime/library/hidden-text.ts'
import type { PlacedText, TextRole } from '../placed-texts.ts'
import type { Rule } from '../rule.ts'

const NAMES: Readonly<Record<HiddenKind, string>> = {
  tag: 'tag characters (U+E0000 and on)',
  selector: 'variation selectors without a base',
  direction: 'direction controls',
  'zero-width': 'zero-width characters',
  control: 'control characters',
}

/** X1: text that a person does not see and a model reads. */
export const hiddenText: Rule = {
  id: 'X1',
  weight: 'warning',
  *find({ texts }) {
    for (const { kind, name, at, text, role } of texts) {
      const hidden = hiddenPart(text, role)
      if (hidden === undefined) continue
      yield {
        kind,
        name,
        at,
        problem: `It holds ${hidden}, which a person does not see and a model reads.`,
        fix: `Look at its source, and write it anew without them ${mending(kind)}.`,
      }
    }
  },
}

/** What of a text is hidden, in words. */
export function hiddenPart(text: string, role: TextRole): string | undefined {
  const [characters] = hiddenIn(text)
  if (characters) return `${characters[1]} ${NAMES[characters[0]]}`
  // Markup belongs to documents and code; a label has none.
  if (role === 'label' || role === 'message') {
    if (/<!--/.test(text)) return 'an HTML comment'
    if (INVISIBLE_STYLE.test(text)) return 'text with a style that hides it'
    if (/\s{120}/.test(text)) return 'text behind a long stretch of white space'
  }
  return role !== 'code' && hasEncodedText(text) ? 'text in Base64' : undefined
}

const INVISIBLE_STYLE =
  /style ?= ?["'][^"'<>]{0,200}?(?:display ?: ?none|visibility ?: ?hidden|font-size ?: ?0|opacity ?: ?0[;"'])/i

/** Prose in Base64: tokens, pictures and cursors decode to something else. */
function hasEncodedText(text: string): boolean {
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{40,}/g)) {
    const decoded = Buffer.from(run.slice(0, 4_000), 'base64').toString('utf8')
    if (/^[\t\n\r -~]*$/.test(decoded.slice(0, -3)) && (decoded.match(/[A-Za-z]{2,} /g) ?? []).length >= 4) return true
  }
  return false
}

/** How to change a text of that kind. */
export function mending(kind: PlacedText['kind']): string {
  if (kind === 'resource') return 'with add_resource and replace: true'
  if (kind === 'prompt') return 'with add_prompt and replace: true'
  if (kind === 'server') return 'with init_server'
  return 'with add_tool and replace: true, or remove_item; for an imported tool, with import_openapi, refresh: true and an overlay'
}
