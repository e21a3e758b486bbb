/** The name under which a bundle is compiled; stacks show it. */
export const BUNDLE_NAME = 'tools.mjs'

/**
 * Shows where in its own code a tool failed.
 * @param bundle  esbuild's output, not minified: a line `// src/tools/x.ts` stands before what comes from that file
 * @param stack   of the error, as V8 writes it
 * @returns the file and the lines around the first place of the stack that is not library code; undefined without one
 */
export function errorFrame(bundle: string, stack: string): string | undefined {
  const lines = bundle.split('\n')
  const places = [...stack.matchAll(POSITION)].map((match) => ({ line: Number(match[1]), column: Number(match[2]) }))
  const own = places.find(({ line }) => line <= lines.length && !sourceOf(lines, line)?.startsWith(LIBRARY))
  if (!own) return undefined
  const source = sourceOf(lines, own.line)
  const frame = framedLines(lines, own.line, own.column)
  return source ? `${source}\n${frame}` : frame
}

const POSITION = /\btools\.mjs:(\d+):(\d+)/g
const MARKER = /^\/\/ ([\w./-]+\.[cm]?[jt]s)$/
const LIBRARY = 'src/lib/'

/** The file of the nearest marker above. */
function sourceOf(lines: readonly string[], line: number): string | undefined {
  for (let at = line - 1; at >= 0; at--) {
    const marker = MARKER.exec(lines[at] ?? '')
    if (marker) return marker[1]
  }
  return undefined
}

const WIDEST = 160

function framedLines(lines: readonly string[], line: number, column: number): string {
  const from = Math.max(1, line - 2)
  const shown = lines.slice(from - 1, line + 1).map((text, index) => {
    const number = from + index
    const label = `${number === line ? '>' : ' '} ${String(number).padStart(4)} | `
    if (number !== line) return label + text.slice(0, WIDEST)
    // A long line is shown around the place.
    const start = column > WIDEST ? column - WIDEST / 2 : 0
    return `${label}${text.slice(start, start + WIDEST)}\n       | ${' '.repeat(Math.max(0, column - 1 - start))}^`
  })
  return shown.join('\n')
}
