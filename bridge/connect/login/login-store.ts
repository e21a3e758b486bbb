import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isObject } from '../../protocol/json-rpc.ts'

export interface StoredTokens {
  readonly accessToken: string
  readonly refreshToken?: string
  /** A little before its end, in milliseconds since 1970; absent where the server did not say. */
  readonly renewAt?: number
  /** What was granted, where the server said. */
  readonly scope?: string
}

/** A client that an authorization server registered for us. */
export interface StoredClient {
  readonly id: string
  readonly secret?: string
  readonly method?: string
  readonly redirectUri: string
}

/** With one authorization server. Clients and tokens of one mean nothing to another. */
export interface StoredLogin {
  readonly client?: StoredClient
  readonly tokens?: StoredTokens
  /** All that was ever asked for, so that a wider login loses nothing. */
  readonly requestedScope?: string
}

export interface LoginRecord {
  readonly server: string
  /** The issuer whose token is in use. */
  readonly issuer?: string
  readonly logins: Readonly<Record<string, StoredLogin>>
  /** The last login failed: other instances need not open another page at once. */
  readonly failure?: { readonly at: number; readonly message: string }
}

/** What is kept of the logins to one MCP server, in a file that only its owner can read. */
export interface LoginStore {
  /** Beside the file, for who changes it. */
  readonly lockPath: string
  read(): Promise<LoginRecord>
  write(record: LoginRecord): Promise<void>
  forget(): Promise<void>
}

/**
 * @param clientId  a client that a person registered has logins of its own
 */
export function createLoginStore(directory: string, server: string, clientId = ''): LoginStore {
  const name = createHash('sha256').update(`${server}\n${clientId}`).digest('hex').slice(0, 32)
  const file = path.join(directory, `${name}.json`)
  const empty: LoginRecord = { server, logins: {} }

  return {
    lockPath: path.join(directory, `${name}.lock`),
    async read() {
      try {
        const record: unknown = JSON.parse(await readFile(file, 'utf8'))
        // Written below, by us alone.
        return isObject(record) && isObject(record['logins']) ? (record as unknown as LoginRecord) : empty
      } catch (error) {
        // A file cut short by a full disk is worth no more than none: the person logs in again.
        if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
          return empty
        throw error
      }
    },
    async write(record) {
      await makeDirectory(directory)
      // A reader sees the old file or the new one, never half of one.
      const fresh = `${file}.${randomUUID()}`
      await writeFile(fresh, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
      await rename(fresh, file)
    },
    forget: () => rm(file, { force: true }),
  }
}

async function makeDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await chmod(directory, 0o700)
}
