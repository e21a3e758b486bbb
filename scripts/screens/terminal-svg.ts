/** A command that was run, and what it wrote. */
export interface TerminalStep {
  /** After `mcpwright`. */
  readonly words: readonly string[]
  readonly says: string
}

const LINE_PX = 20
const CHARACTER_PX = 8.4
const COLUMNS = 100
const MARGIN_PX = 20

/** A picture of a terminal: text in SVG, which stays sharp, small and readable by machines. */
export function terminalSvg(steps: readonly TerminalStep[]): string {
  const lines = steps.flatMap(({ words, says }, place) => [
    ...(place === 0 ? [] : [{ text: '' }]),
    { text: `$ npx mcpwright ${words.map(quote).join(' ')}`, isCommand: true },
    ...says.split('\n').map((text) => ({ text })),
  ])
  const width = Math.ceil(COLUMNS * CHARACTER_PX) + 2 * MARGIN_PX
  const height = lines.length * LINE_PX + 2 * MARGIN_PX
  const rows = lines.map(
    (line, place) =>
      `<text x="${MARGIN_PX}" y="${MARGIN_PX + 14 + place * LINE_PX}"${'isCommand' in line ? ' class="command"' : ''}>${toXml(clip(line.text))}</text>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal">`,
    `<style>text { font: 14px ui-monospace, monospace; fill: #d1d7e0; white-space: pre } .command { fill: #7ee787 }</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#161b22"/>`,
    ...rows,
    '</svg>\n',
  ].join('\n')
}

function quote(word: string): string {
  return /^[\w.:/-]+$/.test(word) ? word : `'${word}'`
}

function clip(line: string): string {
  return line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line
}

function toXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
