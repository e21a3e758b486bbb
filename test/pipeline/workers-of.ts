import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of the workshop's workers that a process has started and that live; Linux only. */
export function workersOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isWorker(name, parent))
    .map(Number)
}

function isWorker(id: string, parent: number): boolean {
  const status = readProcessFile(id, 'status')
  const isChild = status.includes(`\nPPid:\t${parent}\n`) && !/\nState:\t[ZX]/.test(status)
  return isChild && readProcessFile(id, 'cmdline').includes('workshop-main')
}

/** Empty when the process has just ended. */
function readProcessFile(id: string, file: 'cmdline' | 'status'): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** What a process has in memory now, and the most that it ever had: resident, in millions of bytes. */
export function memoryOf(id: number): { nowMb: number; peakMb: number } {
  const status = readProcessFile(String(id), 'status')
  const read = (name: string) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024) / 1e6
  return { nowMb: read('VmRSS'), peakMb: read('VmHWM') }
}
