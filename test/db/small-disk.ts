import { execFile } from 'node:child_process'
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A disk of its own that can be filled. */
export interface SmallDisk extends AsyncDisposable {
  readonly folder: string
  /** Takes all space but `leaveBytes`, until `empty`. */
  fill(leaveBytes: number): Promise<void>
  empty(): Promise<void>
}

/** Undefined where mounting is not allowed. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-disk-'))
  const ballast = path.join(folder, 'ballast')
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  } catch {
    await rm(folder, { recursive: true })
    return undefined
  }
  return {
    folder,
    async fill(leaveBytes) {
      const { bavail, bsize } = await statfs(folder)
      await writeFile(ballast, new Uint8Array(Math.max(0, bavail * bsize - leaveBytes)))
    },
    empty: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      // Lazily: a process that is still ending may stand in it.
      await run('umount', ['--lazy', folder])
      await rm(folder, { recursive: true })
    },
  }
}
