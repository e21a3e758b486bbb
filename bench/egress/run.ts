/** `npm run bench:egress`: times the way out beside a direct fetch, prints, and writes bench/egress/RESULTS.md. */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import path from 'node:path'
import { checkout } from '../bench-home.ts'
import { resultsPage } from '../results.ts'
import { measureHop } from './measure-hop.ts'

const [loadBefore = 0] = loadavg()
const sections = [{ title: 'The way out, to an allowed site on loopback', figures: await measureHop() }]
const page = resultsPage(sections, loadBefore, 'npm run bench:egress')
writeFileSync(path.join(checkout, 'bench', 'egress', 'RESULTS.md'), page)
console.log(page)
