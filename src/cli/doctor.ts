import { access, constants, mkdir } from 'node:fs/promises'
import { detectIsolationLayers } from '../../runtime/supervisor/detect-isolation-layers.ts'
import { type Config, loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { findDaemon } from '../daemon/ensure-daemon.ts'
import { describeTakenPort } from '../daemon/listen.ts'
import type { AuditCheck } from '../registry/audit-chain.ts'
import { packageFolder } from '../pipeline/workshop/package-sources.ts'

interface Finding {
  readonly state: 'ok' | 'reduced' | 'broken'
  readonly what: string
  readonly fix?: string
}

/** Says what works on this machine, what is reduced, and what to do. Exit code 1 when something is broken. */
export async function doctor(environment: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(environment)
  const findings = [
    findNode(),
    findPlatform(),
    await findDataDirectory(config),
    await findSandbox(),
    findCompiler(),
    ...(await findIsolation()),
    await findRunningDaemon(config),
    ...(await findAudit(config)),
    ...config.warnings.map((warning): Finding => ({ state: 'reduced', what: warning })),
  ]
  for (const { state, what, fix } of findings) console.log(`${MARKS[state]} ${what}${fix ? `\n    ${fix}` : ''}`)
  process.exit(findings.some(({ state }) => state === 'broken') ? 1 : 0)
}

const MARKS = { ok: 'ok      ', reduced: 'reduced ', broken: 'BROKEN  ' }

function findNode(): Finding {
  return { state: 'ok', what: `Node ${process.versions.node} (${process.execPath})` }
}

function findPlatform(): Finding {
  const platform = `${process.platform}-${process.arch}`
  return platform === 'linux-x64'
    ? { state: 'ok', what: `Platform: ${platform}` }
    : {
        state: 'reduced',
        what: `Platform: ${platform} is supported, but was not tried.`,
        fix: process.platform === 'linux' ? '' : 'bubblewrap and the limits of the kernel are for Linux alone.',
      }
}

async function findDataDirectory({ home, databaseUrl }: Config): Promise<Finding> {
  if (databaseUrl) return { state: 'ok', what: 'Data: PostgreSQL by DATABASE_URL' }
  try {
    await mkdir(home, { recursive: true, mode: 0o700 })
    await access(home, constants.W_OK)
    return { state: 'ok', what: `Data: ${home}` }
  } catch (error) {
    return {
      state: 'broken',
      what: `Data: ${home} (${String(error)})`,
      fix: 'Set MCPWRIGHT_HOME to a folder you may write to.',
    }
  }
}

async function findSandbox(): Promise<Finding> {
  try {
    await import('isolated-vm')
    return { state: 'ok', what: 'Sandbox: isolated-vm loads, code tools can run' }
  } catch (error) {
    return {
      state: 'reduced',
      what: `Sandbox: isolated-vm does not load (${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)})`,
      fix: 'Code tools are off; imported operations work. There are builds for Linux, Windows (x64) and Apple silicon.',
    }
  }
}

function findCompiler(): Finding {
  try {
    packageFolder('typescript')
    packageFolder('esbuild')
    return { state: 'ok', what: 'Builds: TypeScript and esbuild are there' }
  } catch (error) {
    return { state: 'broken', what: `Builds: ${String(error)}`, fix: 'Run npm install again, without --omit=optional.' }
  }
}

async function findIsolation(): Promise<Finding[]> {
  const { lines } = await detectIsolationLayers()
  return lines.map((what) => ({ state: /\bNOT\b|not cut|unless/.test(what) ? 'reduced' : 'ok', what }))
}

async function findRunningDaemon(config: Config): Promise<Finding> {
  const daemon = await findDaemon(config)
  const warning = daemon && describeTakenPort(daemon)
  if (warning) return { state: 'reduced', what: warning }
  return daemon
    ? { state: 'ok', what: `Daemon: version ${daemon.version} runs (pid ${daemon.pid}, port ${daemon.port})` }
    : { state: 'ok', what: 'Daemon: not running; the first client starts it' }
}

/** Only a running daemon can read its database. */
async function findAudit(config: Config): Promise<Finding[]> {
  const daemon = await findDaemon(config)
  const answer = daemon && (await askDaemon(daemon, '/control/audit', { timeoutMs: 60_000 }))
  if (!daemon) return []
  if (answer?.status !== 200) return [{ state: 'reduced', what: 'Audit: could not be checked; the database is away' }]
  // The shape of src/http/app.ts.
  const { events, brokenAt } = answer.body as AuditCheck
  if (brokenAt === undefined) return [{ state: 'ok', what: `Audit: ${events} events, each as it was written` }]
  const place = brokenAt === 'end' ? `after the ${events} that are left` : `at event ${brokenAt}`
  return [
    {
      state: 'broken',
      what: `Audit: the chain of events is broken ${place}`,
      fix: 'Somebody with access to the database has changed or deleted events. Compare it with a backup.',
    },
  ]
}
