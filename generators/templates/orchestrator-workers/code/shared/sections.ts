/** A part of a document that one worker can take. */
export interface Section {
  readonly number: number
  /** Its heading; absent where there is none. */
  readonly heading?: string
  readonly text: string
}

const MOST_SECTIONS = 40

/** Splits at Markdown headings; without any, at blank lines into parts of about `characters`. */
export function splitIntoSections(document: string, characters = 2_000): readonly Section[] {
  const lines = document.split('\n')
  const parts = lines.some(isHeading) ? byHeadings(lines) : byParagraphs(document, characters)
  // What goes past the limit stays in the last one: nothing is lost.
  const kept = parts.slice(0, MOST_SECTIONS - 1)
  const rest = parts.slice(MOST_SECTIONS - 1)
  const all = rest.length > 0 ? [...kept, rest.join('\n\n')] : kept
  return all.map((text, index) => describePart(text, index + 1))
}

function isHeading(line: string): boolean {
  return /^#{1,6}\s+\S/.test(line)
}

function byHeadings(lines: readonly string[]): readonly string[] {
  const parts: string[][] = [[]]
  for (const line of lines) {
    if (isHeading(line)) parts.push([])
    parts.at(-1)?.push(line)
  }
  return parts.map((part) => part.join('\n').trim()).filter((part) => part !== '')
}

function byParagraphs(document: string, characters: number): readonly string[] {
  const parts: string[] = []
  for (const paragraph of document.split(/\n\s*\n/).map((text) => text.trim())) {
    if (paragraph === '') continue
    const last = parts.at(-1)
    if (last !== undefined && last.length + paragraph.length < characters)
      parts[parts.length - 1] = `${last}\n\n${paragraph}`
    else parts.push(paragraph)
  }
  return parts
}

function describePart(part: string, number: number): Section {
  const [first = '', ...others] = part.split('\n')
  if (!isHeading(first)) return { number, text: part }
  return { number, heading: first.replace(/^#+\s+/, ''), text: others.join('\n').trim() }
}
