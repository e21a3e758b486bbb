/** Longer texts are cut before anything else is done with them. */
const LONGEST_SOURCE = 8_000

/**
 * Makes a description fit to be shown to a model: hidden characters, HTML (tags and comments), pictures and link
 * targets go; the rest is one or more paragraphs of at most `limit` characters. Hidden text is a way to give orders
 * to the model that a person does not see.
 */
export function cleanText(text: string, limit: number): string {
  const visible = text
    .slice(0, LONGEST_SOURCE)
    .replace(/<!--[\s\S]*?(-->|$)/g, '')
    .replace(/<\/?[A-Za-z][^<>]*>/g, '')
    .replace(HIDDEN_CHARACTERS, '')
    .replace(/!\[[^[\]]*\]\([^()]*\)/g, '')
    .replace(/\[([^[\]]+)\]\([^()]*\)/g, '$1')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .toWellFormed()
  return visible.length <= limit ? visible : cutAtWord(visible, limit)
}

/** The same in one line: titles, tags, labels. */
export function cleanLine(text: string, limit: number): string {
  return cleanText(text.replace(/\s+/g, ' '), limit)
}

/** Controls but tab and line break, format characters (zero width, direction, tags), private use, invisible fillers. */
const HIDDEN_CHARACTERS = /(?![\t\n])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

function cutAtWord(text: string, limit: number): string {
  const cut = text.slice(0, limit - 1)
  const lastSpace = cut.search(/\s\S*$/)
  return `${(lastSpace > limit / 2 ? cut.slice(0, lastSpace) : cut).trimEnd().toWellFormed()}…`
}
