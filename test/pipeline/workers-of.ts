import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of the workshop's workers that a process has started and that live; Linux only. */
export function workersOf(parent: number): number[] {
  return childrenOf(parent, 'workshop-main')
}

/** Process ids of those that live, were started by a process and have this in their command line; Linux only. */
export function childrenOf(parent: number, words: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isChild(name, parent) && readProcessFile(name, 'cmdline').includes(words))
    .map(Number)
}

function isChild(id: string, parent: number): boolean {
  const status = readProcessFile(id, 'status')
  return status.includes(`\nPPid:\t${parent}\n`) && !/\nState:\t[ZX]/.test(status)
}

export function isAlive(id: number): boolean {
  const status = readProcessFile(String(id), 'status')
  return status !== '' && !/\nState:\t[ZX]/.test(status)
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
