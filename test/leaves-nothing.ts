import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What later runs use again: migrated databases, and what Node has compiled. */
const KEPT = ['mcpwright-test-templates', 'node-compile-cache']
/** A process that was told to end takes its folder away after that. */
const PATIENCE_MS = 10_000

/** Gives a run a temp folder of its own, and fails it when its tests have left something there. */
export default async function watchTemporaryFolder(): Promise<() => Promise<void>> {
  const outside = await realpath(tmpdir())
  const folder = await mkdtemp(path.join(outside, 'mcpwright-run-'))
  // PostgreSQL, which runs as a user of its own, has to get through.
  await chmod(folder, 0o755)
  for (const name of KEPT) {
    await mkdir(path.join(outside, name), { recursive: true })
    await symlink(path.join(outside, name), path.join(folder, name), 'junction')
  }
  process.env.TMPDIR = folder
  return async () => {
    const left = await leftIn(folder)
    await rm(folder, { recursive: true, force: true })
    if (left.length > 0) throw new Error(`The tests left in their temp folder: ${left.join(', ')}.`)
  }
}

async function leftIn(folder: string): Promise<string[]> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    const left = (await readdir(folder)).filter((name) => !KEPT.includes(name))
    if (left.length === 0 || waitedMs >= PATIENCE_MS) return left
    await sleep(100)
  }
}
