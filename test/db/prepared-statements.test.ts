import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPreparedStatements, type PreparedStatements } from '../../src/db/prepared-statements.ts'

let pglite: PGlite
let statements: PreparedStatements

beforeAll(async () => {
  pglite = await PGlite.create()
  statements = createPreparedStatements(pglite)
  await statements.exec('CREATE TABLE book (title text PRIMARY KEY, pages int, tags text[], about jsonb, cover bytea)')
})
afterAll(() => pglite.close())

const prepared = async () => (await pglite.query('SELECT statement FROM pg_prepared_statements')).rows.length

it('parses a statement once, however often it runs', async () => {
  const before = await prepared()
  for (const pages of [1, 2, 3]) {
    const { rows } = await statements.query('SELECT $1::int + 1 AS sum', [pages])
    expect(rows).toEqual([{ sum: pages + 1 }])
  }
  expect((await prepared()) - before).toBe(1)
})

it('takes and gives every kind of value', async () => {
  const given = ['Momo', 300, ['a', 'b"c'], '{"old": true}', new Uint8Array([0, 255])]
  await statements.query('INSERT INTO book VALUES ($1, $2, $3, $4, $5)', given)
  await statements.query('INSERT INTO book (title, pages) VALUES ($1, $2)', ['None', null])
  const { rows } = await statements.query('SELECT * FROM book WHERE title = ANY($1::text[]) ORDER BY title', [
    ['Momo', 'None'],
  ])
  expect(rows).toEqual([
    { title: 'Momo', pages: 300, tags: ['a', 'b"c'], about: { old: true }, cover: new Uint8Array([0, 255]) },
    { title: 'None', pages: null, tags: null, about: null, cover: null },
  ])
})

it('begins a transaction on the way, also when the statement is new', async () => {
  const count = 'SELECT count(*)::int AS books FROM book WHERE title <> $1'
  const before = await statements.query(count, ['-'])
  await statements.query('DELETE FROM book WHERE title <> $1', ['-'], 'BEGIN')
  await statements.exec('ROLLBACK')
  expect((await statements.query(count, ['-'], 'BEGIN')).rows).toEqual(before.rows)
  await statements.exec('COMMIT')
})

it('goes on after a statement that fails, known or new, in a transaction or not', async () => {
  const insert = 'INSERT INTO book (title) VALUES ($1)'
  await statements.query(insert, ['Once'])
  await expect(statements.query(insert, ['Once'])).rejects.toMatchObject({ code: '23505' })
  await expect(statements.query('SELECT nothing FROM book WHERE title = $1', ['x'])).rejects.toMatchObject({
    code: '42703',
  })
  await expect(statements.query(insert, ['Once'], 'BEGIN')).rejects.toMatchObject({ code: '23505' })
  await expect(statements.query('SELECT $1::text AS late', ['x'])).rejects.toMatchObject({ code: '25P02' })
  await statements.exec('ROLLBACK')
  expect((await statements.query('SELECT $1::text AS late', ['x'])).rows).toEqual([{ late: 'x' }])
})

it('follows a table whose shape changes', async () => {
  const all = 'SELECT * FROM book WHERE title = $1'
  await statements.query(all, ['Momo'])
  await statements.exec('ALTER TABLE book ADD COLUMN year int DEFAULT 1973')
  expect((await statements.query(all, ['Momo'])).rows).toMatchObject([{ year: 1973 }])
})

const asReader = (owner: string) => `BEGIN; SET LOCAL app.owner = '${owner}'; SET LOCAL ROLE reader`

it('plans for whoever asks: row-level security of one role is not that of another', async () => {
  await statements.exec(`CREATE TABLE diary (owner text, line text); INSERT INTO diary VALUES ('ann', 'a'), ('bob', 'b');
    CREATE ROLE reader; GRANT SELECT ON diary TO reader; ALTER TABLE diary ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON diary TO reader USING (owner = current_setting('app.owner'))`)
  const read = async (begin: string) => {
    const { rows } = await statements.query('SELECT line FROM diary WHERE line <> $1 ORDER BY line', ['-'], begin)
    await statements.exec('COMMIT')
    return rows.map((row) => ({ ...row }))
  }
  for (let round = 0; round < 7; round++) {
    expect(await read(asReader('ann'))).toEqual([{ line: 'a' }])
    expect(await read('BEGIN')).toEqual([{ line: 'a' }, { line: 'b' }])
    expect(await read(asReader('bob'))).toEqual([{ line: 'b' }])
  }
})

it('keeps only so many', async () => {
  for (let number = 0; number < 250; number++) await statements.query(`SELECT $1::int AS n${number}`, [number])
  expect(await prepared()).toBeLessThanOrEqual(200)
  expect((await statements.query('SELECT $1::int AS n0', [7])).rows).toEqual([{ n0: 7 }])
})
