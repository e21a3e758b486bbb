import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { noCursor } from '../../../src/errors/no-cursor.ts'
import type { LogLine, LogQuery } from '../../../src/model/deployment-target.ts'

const KEPT_LINES = 5_000
const FILE_BYTES = 2 * 1024 * 1024
const MESSAGE_CHARACTERS = 8_000

const LEVELS: readonly LogLine['level'][] = ['debug', 'info', 'warning', 'error']

/** One deployment's log: the newest lines in memory, and JSON lines in a file with one predecessor. */
export interface DeploymentLog {
  write(level: LogLine['level'], message: string): void
  /**
   * The newest lines that match, oldest first; `nextCursor` leads to the ones before. `level` is the least severe.
   * @throws MetaError ARGUMENTS_INVALID for a cursor that is none
   */
  read(query: LogQuery): { lines: readonly LogLine[]; nextCursor?: string }
  /** Resolves when the file holds what was written. */
  flush(): Promise<void>
}

interface NumberedLine extends LogLine {
  readonly number: number
}

/** Opens the log at `file` with what an earlier process wrote there. Disk trouble never reaches who writes a line. */
export async function openDeploymentLog(
  file: string,
  redact: (text: string) => string = (text) => text,
): Promise<DeploymentLog> {
  await mkdir(dirname(file), { recursive: true })
  const earlier = [...(await readLines(`${file}.1`)), ...(await readLines(file))].slice(-KEPT_LINES)
  const lines: NumberedLine[] = earlier.map((line, index) => ({ ...line, number: index + 1 }))
  const appender = createAppender(file)
  let lastNumber = lines.length

  return {
    write(level, message) {
      const line = { at: new Date(), level, message: redact(message).slice(0, MESSAGE_CHARACTERS) }
      lines.push({ ...line, number: ++lastNumber })
      // In bulk: shifting one by one would copy the array each time.
      if (lines.length > KEPT_LINES * 2) lines.splice(0, KEPT_LINES)
      appender.add(JSON.stringify(line))
    },
    read: (query) => findLines(lines, query),
    flush: () => appender.flush(),
  }
}

function findLines(
  lines: readonly NumberedLine[],
  { level = 'debug', query = '', since, limit, cursor }: LogQuery,
): { lines: readonly LogLine[]; nextCursor?: string } {
  const before = cursor === undefined ? Number.POSITIVE_INFINITY : readCursor(cursor)
  const least = LEVELS.indexOf(level)
  const wanted = query.toLowerCase()
  const matching = lines.filter(
    (line) =>
      line.number < before &&
      LEVELS.indexOf(line.level) >= least &&
      (since === undefined || line.at >= since) &&
      line.message.toLowerCase().includes(wanted),
  )
  const page = matching.slice(-limit)
  const first = page[0]
  const hasMore = first !== undefined && matching.length > page.length
  return {
    lines: page.map(({ at, level: severity, message }) => ({ at, level: severity, message })),
    ...(hasMore && { nextCursor: String(first.number) }),
  }
}

/** The number of a line; those before it are meant. @throws MetaError ARGUMENTS_INVALID */
function readCursor(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw noCursor(cursor)
}

/** Appends in the order of `add`, many lines at a time, and begins a new file when one is full. */
function createAppender(file: string): { add(line: string): void; flush(): Promise<void> } {
  let waiting: string[] = []
  let writing: Promise<void> | undefined

  async function writeWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const text = `${waiting.join('\n')}\n`
      waiting = []
      await appendRotating(file, text)
    }
    writing = undefined
  }

  return {
    add(line) {
      waiting.push(line)
      writing ??= Promise.resolve().then(writeWaiting)
    },
    async flush() {
      await writing
    },
  }
}

async function appendRotating(file: string, text: string): Promise<void> {
  try {
    const size = (await stat(file).catch(() => undefined))?.size ?? 0
    if (size + text.length > FILE_BYTES) await rename(file, `${file}.1`).catch(() => {})
    await appendFile(file, text)
  } catch {
    // A full disk must not stop the server; the lines are still in memory.
  }
}

async function readLines(file: string): Promise<LogLine[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').flatMap(parseLine)
}

/** The last line may have been cut by a crash. */
function parseLine(text: string): LogLine[] {
  try {
    // Written by `write` above.
    const { at, level, message } = JSON.parse(text) as { at: string; level: LogLine['level']; message: string }
    return LEVELS.includes(level) ? [{ at: new Date(at), level, message }] : []
  } catch {
    return []
  }
}
