import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'

const run = promisify(execFile)

export interface PostgresServer extends AsyncDisposable {
  /** A new, empty database on it. */
  createDatabase(): Promise<string>
}

/** Where Debian puts the server's programs; undefined when there is no PostgreSQL. */
export async function findPostgres(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql'
  const versions = await readdir(root).catch(() => [])
  const newest = versions.toSorted((left, right) => Number(left) - Number(right)).at(-1)
  return newest === undefined ? undefined : path.join(root, newest, 'bin')
}

/**
 * Starts a throw-away PostgreSQL on a free loopback port.
 * @returns undefined when the machine has none; in CI that is an error, so that the tests cannot go missing
 */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const bin = await findPostgres()
  if (bin === undefined) {
    if (process.env.CI) throw new Error('There is no PostgreSQL under /usr/lib/postgresql: apt-get install postgresql')
    return undefined
  }
  const directory = await mkdtemp(path.join(tmpdir(), 'mcpwright-postgres-'))
  const asPostgres = await becomePostgres(directory)
  const program = (name: string) => [...asPostgres, path.join(bin, name)]

  const [initdb = '', ...initdbArgs] = program('initdb')
  const flags = ['-D', directory, '-U', 'app', '--auth=trust', '-E', 'UTF8', '--no-locale', '--no-sync']
  await run(initdb, [...initdbArgs, ...flags])

  const [postgres = '', ...postgresArgs] = program('postgres')
  const { server, url } = await serve(postgres, [...postgresArgs, '-D', directory])

  let databases = 0
  return {
    async createDatabase() {
      const name = `test_${++databases}`
      const client = new Client({ connectionString: url('postgres') })
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      return url(name)
    },
    async [Symbol.asyncDispose]() {
      const exited = new Promise((resolve) => server.once('exit', resolve))
      // SIGINT: fast shutdown, without waiting for clients.
      server.kill('SIGINT')
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}

interface RunningPostgres {
  readonly server: ChildProcess
  url(database: string): string
}

/** Somebody else may take the port between finding it free and taking it; PostgreSQL then ends, and is tried again. */
async function serve(command: string, args: readonly string[], attempts = 5): Promise<RunningPostgres> {
  const port = await findPort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'shared_buffers=16MB']
  const flags = ['-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  const server = spawn(command, [...args, ...flags], { stdio: 'ignore' })
  const url = (database: string): string => `postgres://app@127.0.0.1:${port}/${database}`
  if (await answers(url('postgres'), server)) return { server, url }
  if (attempts > 1) return await serve(command, args, attempts - 1)
  throw new Error(`postgres ended with ${server.exitCode}.`)
}

/** PostgreSQL refuses to run as root; there it becomes the user that Debian made for it. */
async function becomePostgres(directory: string): Promise<string[]> {
  if (userInfo().uid !== 0) return []
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  )
  await chown(directory, uid ?? 0, gid ?? 0)
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
}

function findPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/** @returns whether it does; false once it has ended */
async function answers(url: string, server: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (server.exitCode !== null) return false
    const client = new Client({ connectionString: url })
    const connected = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => undefined)
    if (connected) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('postgres did not start within 10 s.')
}
