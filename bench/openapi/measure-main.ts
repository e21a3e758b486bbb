/**
 * A process that measures descriptions one after another: `measure-main.ts ours|generator|server [package folder]`.
 * It is told file names and tells outcomes over its IPC channel, each with its peak memory so far.
 */
import type { Outcome } from './outcome.ts'
import { measureOurs } from './measure-ours.ts'
import { peerMeasures } from './measure-peers.ts'

export interface Measured {
  readonly outcome: Outcome
  /** Peak resident memory of the process, in MB of a million bytes. */
  readonly peakMB: number
}

const [, , who = 'ours', folder = ''] = process.argv
const measure = who === 'ours' ? measureOurs : await peerMeasures(who, folder)

process.on('message', (file: string) => {
  void measure(file).then((outcome) => {
    const measured: Measured = { outcome, peakMB: (process.resourceUsage().maxRSS * 1024) / 1e6 }
    process.send?.(measured)
  })
})
