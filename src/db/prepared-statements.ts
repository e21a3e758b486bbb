import { parse, type PGlite, protocol, type Results } from '@electric-sql/pglite'

const { serialize } = protocol

/**
 * The statements of one connection. Each with parameters is parsed once, and planned as PostgreSQL sees fit; what one
 * call needs goes to it in one buffer. PGlite's own `query` parses every time and enters PostgreSQL six times.
 * PostgreSQL: 54.2.3, Extended Query.
 */
export interface PreparedStatements {
  /** @param begin  statements that come before it */
  query(text: string, values: readonly unknown[], begin?: string): Promise<Results>
  /** One or several statements without parameters. */
  exec(text: string, begin?: string): Promise<readonly Results[]>
}

interface Prepared {
  readonly name: string
  /** Of its parameters: OIDs. */
  readonly types: readonly number[]
}

/** Each keeps some 20 to 50 kB in PostgreSQL. */
const MOST_PREPARED = 200

export function createPreparedStatements(pglite: PGlite): PreparedStatements {
  /** By text; those used last come last. */
  const prepared = new Map<string, Prepared>()
  let count = 0

  async function send(...messages: readonly Uint8Array[]) {
    return (await pglite.execProtocol(Buffer.concat(messages))).messages
  }

  async function prepare(text: string, before: readonly Uint8Array[]): Promise<Prepared> {
    const name = `mcpwright_${++count}`
    const parsing = [serialize.parse({ name, text }), serialize.describe({ type: 'S', name }), serialize.sync()]
    const types = parse.parseDescribeStatementResults(await send(...before, ...parsing))
    const [oldest] = prepared
    if (prepared.size >= MOST_PREPARED && oldest) {
      prepared.delete(oldest[0])
      await send(serialize.close({ type: 'S', name: oldest[1].name }), serialize.sync())
    }
    return { name, types }
  }

  /** A plan must not outlive the shape of what it gives. */
  async function forgetAll(): Promise<void> {
    if (prepared.size === 0) return
    await send(serialize.query('DEALLOCATE ALL'))
    prepared.clear()
  }

  return {
    async query(text, values, begin) {
      const before = begin === undefined ? [] : [serialize.query(begin)]
      const known = prepared.get(text)
      const statement = known ?? (await prepare(text, before))
      prepared.delete(text)
      prepared.set(text, statement)
      const messages = await send(
        ...(known ? before : []),
        serialize.bind({ statement: statement.name, values: toTexts(pglite, values, statement.types) }),
        serialize.describe({ type: 'P' }),
        serialize.execute({}),
        serialize.sync(),
      )
      return lastOf(parse.parseResults(messages, pglite.parsers))
    },
    async exec(text, begin) {
      if (begin !== undefined) await send(serialize.query(begin))
      if (changesShapes(text)) await forgetAll()
      return parse.parseResults(await send(serialize.query(text)), pglite.parsers)
    },
  }
}

function changesShapes(text: string): boolean {
  return /\b(?:ALTER|CREATE|DROP)\b/i.test(text)
}

function toTexts({ serializers }: PGlite, values: readonly unknown[], types: readonly number[]): (string | null)[] {
  return values.map((value, at) => {
    if (value === null || value === undefined) return null
    const toText = serializers[types[at] ?? 0] ?? String
    return toText(value)
  })
}

/** Those before it are of BEGIN. */
function lastOf(results: readonly Results[]): Results {
  return results.at(-1) ?? { rows: [], fields: [] }
}
