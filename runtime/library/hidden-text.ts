/** Characters that a person does not see, by the way they can be misused. */
export type HiddenKind = 'tag' | 'selector' | 'direction' | 'zero-width' | 'control'

/**
 * Counts the characters of a text that a person does not see and a model reads. Not counted is what writing needs:
 * joiners and selectors of emoji, flags made of tags (UTS 51, sections 2.2 to 2.6), joiners of Arabic and Indic
 * scripts (Unicode 16.0, section 23.2), direction marks in texts with letters that run from right to left (UAX 9),
 * word breaks of scripts without spaces, a byte order mark at the start. Takes linear time.
 */
export function hiddenIn(text: string): ReadonlyMap<HiddenKind, number> {
  const counts = new Map<HiddenKind, number>()
  forEachHidden(text, (kind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1))
  return counts
}

/**
 * Takes out what carries text unseen and has no use in data: tags outside of flags, and heaps of variation selectors.
 * All else stays: zero-width and direction marks are part of real texts, which may be written back.
 */
export function withoutSmuggled(text: string): string {
  if (!CANDIDATES.test(text)) return text
  const removed = new Set<number>()
  forEachHidden(text, (kind, index) => {
    if (kind === 'tag' || kind === 'selector') removed.add(index)
  })
  if (removed.size === 0) return text
  let kept = ''
  for (let index = 0; index < text.length; index++) {
    const point = text.codePointAt(index) ?? 0
    const length = point > 0xffff ? 2 : 1
    if (!removed.has(index)) kept += text.slice(index, index + length)
    index += length - 1
  }
  return kept
}

/** Whatever may be hidden; most texts hold none of it. A soft hyphen is seen where it breaks a word. */
const CANDIDATES = /(?![\t\n\r\u00ad])[\p{Default_Ignorable_Code_Point}\p{Cc}\ufff9-\ufffb]/u
const EACH = new RegExp(CANDIDATES.source, 'gu')

/** England, Scotland, Wales, Texas …: a black flag, up to six tags, the end. UTS 51, ED-14a. */
const TAG_FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/
/** Scripts whose letters join, or whose words have no spaces between them. */
const JOINED = anyScript(
  'Arabic Syriac Mandaic Nko Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam',
  'Sinhala Thai Lao Tibetan Myanmar Khmer Javanese Balinese',
)
const EMOJI_PART = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u20e3]/u
/** What has variants: emoji, keycaps, symbols, and the letters of a few scripts; Latin letters have none. */
const VARIED =
  /[0-9#*\p{Extended_Pictographic}\p{Ideographic}\p{S}\p{Script=Mongolian}\p{Script=Myanmar}\p{Script=Phags_Pa}]/u

function forEachHidden(text: string, found: (kind: HiddenKind, index: number) => void): void {
  if (!CANDIDATES.test(text)) return
  const flags = flagTags(text)
  let isRightToLeft: boolean | undefined
  for (const { 0: character, index } of text.matchAll(EACH)) {
    const point = character.codePointAt(0) ?? 0
    const kind = kindOf(point)
    if (kind === 'tag' && flags.has(index)) continue
    // The supplementary ones are for ideographs alone (UTS 37).
    const varied = point >= 0xe0100 ? /\p{Ideographic}/u : VARIED
    if (kind === 'selector' && varied.test(before(text, index))) continue
    if (kind === 'direction' && point !== 0x202d && point !== 0x202e) {
      if ((isRightToLeft ??= RIGHT_TO_LEFT.test(text))) continue
    }
    if (kind === 'zero-width' && isUseful(point, text, index)) continue
    found(kind, index)
  }
}

function anyScript(...names: readonly string[]): RegExp {
  const scripts = names.flatMap((line) => line.split(' ')).map((name) => `\\p{Script_Extensions=${name}}`)
  return new RegExp(`[${scripts.join('')}]`, 'u')
}

function flagTags(text: string): ReadonlySet<number> {
  const tags = new Set<number>()
  for (const { 0: flag, index } of text.matchAll(TAG_FLAG)) {
    for (let at = index + 2; at < index + flag.length; at += 2) tags.add(at)
  }
  return tags
}

function kindOf(point: number): HiddenKind {
  if (point >= 0xe0000 && point <= 0xe007f) return 'tag'
  if (point >= 0xe0100 || (point >= 0xfe00 && point <= 0xfe0f)) return 'selector'
  if (point < 0xa0) return 'control'
  const isDirection =
    point === 0x61c ||
    point === 0x200e ||
    point === 0x200f ||
    (point >= 0x202a && point <= 0x202e) ||
    (point >= 0x2066 && point <= 0x2069)
  return isDirection ? 'direction' : 'zero-width'
}

/** Whether a zero-width character does what it is for, where it stands. */
function isUseful(point: number, text: string, index: number): boolean {
  if (point === 0xfeff) return index === 0
  // Only the Mongolian selectors and the vowel separator belong to a script of their own.
  if (point >= 0x180b && point <= 0x180e) return JOINED.test(before(text, index))
  if (point === 0x200b || point === 0x200c) return JOINED.test(before(text, index))
  if (point !== 0x200d) return false
  return (
    JOINED.test(before(text, index)) || (EMOJI_PART.test(before(text, index)) && EMOJI_PART.test(after(text, index)))
  )
}

function before(text: string, index: number): string {
  const last = text.charCodeAt(index - 1)
  return last >= 0xdc00 && last <= 0xdfff ? text.slice(index - 2, index) : text.slice(Math.max(0, index - 1), index)
}

function after(text: string, index: number): string {
  const point = text.codePointAt(index + 1)
  return point === undefined ? '' : String.fromCodePoint(point)
}
