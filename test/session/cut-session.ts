const BEGIN = '<!-- Cut from docs/session.md by test/session. -->\n'
const END = '<!-- The end of what is cut. -->'
const WIDTH = 118

/**
 * Puts some calls of a recorded session into a page, between its two marks: what was said, the call, the first line of
 * the answer, and the second where the first announces it.
 * @param calls  with what the wanted calls begin, in their order
 */
export function putSession(page: string, played: string, calls: readonly string[]): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`The page lacks "${BEGIN}" or "${END}".`)
  return `${before}${BEGIN}\n${cutSession(played, calls)}\n${END}${after}`
}

function cutSession(played: string, calls: readonly string[]): string {
  let said = ''
  let place = 0
  let cut = ''
  for (const part of played.split('\n\n```\n')) {
    const wanted = calls[place]
    if (wanted !== undefined && part.startsWith(wanted)) {
      place += 1
      cut += said ? `${cut && '```\n\n'}> **You** ${said}\n\n\`\`\`\n` : '\n'
      cut += `${shorten(part)}\n`
      said = ''
    }
    said = /^## (.+)$/m.exec(part)?.[1] ?? said
  }
  if (place < calls.length) throw new Error(`The session has no call any more that begins "${calls[place]}".`)
  return `${cut}\`\`\`\n`
}

function shorten(part: string): string {
  const [call = '', answer = ''] = part.split('\n\n')
  const [first = '', second = ''] = answer.split('\n')
  const told = first.endsWith(':') ? [first, second] : [first]
  const lines = [call.replace(/"content":".*…"/, '"content":"…"'), ...told.map((line) => `  ${line}`)]
  return lines.map(clip).join('\n')
}

function clip(line: string): string {
  return line.length > WIDTH ? `${line.slice(0, WIDTH).trimEnd()} …` : line
}
