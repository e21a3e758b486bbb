import { readdirSync, readFileSync } from 'node:fs'

/** The command lines of this machine's processes that name a folder, in their words or their environment; Linux only. */
export function processesOf(folder: string): readonly string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => [read(pid, 'cmdline'), read(pid, 'environ')].some((text) => text.includes(folder)))
    .map((pid) => `${pid} ${read(pid, 'cmdline').replaceAll('\0', ' ').trim()}`)
}

/** Empty for a process that has gone, or that belongs to someone else. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
