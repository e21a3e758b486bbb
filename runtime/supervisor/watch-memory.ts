import { readFile } from 'node:fs/promises'

const PAGE_BYTES = 4096
const INTERVAL_MS = 1_000

/**
 * Looks once a second at the resident memory of a process and its descendants, where /proc tells it.
 * @param onExceeded  called once, with what was found
 * @returns a function that ends the watch
 */
export function watchMemory(pid: number, limitMiB: number, onExceeded: (foundMiB: number) => void): () => void {
  if (process.platform !== 'linux') return () => {}
  const timer = setInterval(() => void look(), INTERVAL_MS).unref()

  async function look(): Promise<void> {
    const foundMiB = (await residentBytes(pid)) / 1024 / 1024
    if (foundMiB <= limitMiB) return
    clearInterval(timer)
    onExceeded(Math.round(foundMiB))
  }
  return () => clearInterval(timer)
}

/** Memory of a process and what it has started; 0 for one that has ended, and where there is no /proc. */
export async function residentBytes(pid: number): Promise<number> {
  const [statm, children] = await Promise.all([
    readText(`/proc/${pid}/statm`),
    readText(`/proc/${pid}/task/${pid}/children`),
  ])
  const own = Number(statm.split(' ')[1] ?? 0) * PAGE_BYTES
  const others = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => residentBytes(Number(child))),
  )
  return others.reduce((sum, bytes) => sum + bytes, own)
}

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '')
}
