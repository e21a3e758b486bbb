/** A line that is longer than it may be; the rest of it was not kept. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong'
  readonly limitBytes: number

  constructor(limitBytes: number) {
    super(`A line is longer than ${limitBytes} bytes.`)
    this.limitBytes = limitBytes
  }
}

/**
 * Cuts a byte stream into lines. Keeps at most `limitBytes` of an unfinished one, and looks at each byte once,
 * so that a flood without a newline costs neither memory nor time.
 * @returns a function that takes the next chunk and gives the lines it ended, without "\n" or "\r\n"
 * @throws LineTooLong from that function; the splitter is of no use after it
 */
export function createLineSplitter(limitBytes: number): (chunk: Buffer) => string[] {
  let parts: Buffer[] = []
  let keptBytes = 0

  return (chunk) => {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      if (keptBytes + end - start > limitBytes) throw new LineTooLong(limitBytes)
      const piece = chunk.subarray(start, end)
      const line = parts.length === 0 ? piece.toString('utf8') : Buffer.concat([...parts, piece]).toString('utf8')
      lines.push(line.endsWith('\r') ? line.slice(0, -1) : line)
      parts = []
      keptBytes = 0
      start = end + 1
    }
    if (start < chunk.length) {
      keptBytes += chunk.length - start
      if (keptBytes > limitBytes) throw new LineTooLong(limitBytes)
      parts.push(chunk.subarray(start))
    }
    return lines
  }
}
