/** `npm run bench:threats`: bombs, and one tenant beside another; prints, and writes bench/threats/RESULTS.md. */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import path from 'node:path'
import { checkout } from '../bench-home.ts'
import { resultsPage } from '../results.ts'
import { measureBombs } from './measure-bombs.ts'
import { measureTurns } from './measure-turns.ts'

const [loadBefore = 0] = loadavg()
// Workers of the workshop keep no process alive.
const kept = setInterval(() => {}, 1_000)
const turns = await measureTurns()
const { times, memory } = await measureBombs(3)
clearInterval(kept)
const sections = [
  { title: 'Imports of 300 operations by one tenant', figures: turns },
  { title: 'A bomb, until it is read or refused', figures: times },
  { title: 'Memory that a bomb takes, over the idle worker', figures: memory },
]
const page = resultsPage(sections, loadBefore, 'npm run bench:threats')
writeFileSync(path.join(checkout, 'bench', 'threats', 'RESULTS.md'), page)
console.log(page)
