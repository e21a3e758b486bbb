/** `npm run bench:sandbox`: times calls of code in the sandbox, prints, and writes bench/sandbox/RESULTS.md. */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import path from 'node:path'
import { checkout } from '../bench-home.ts'
import { resultsPage } from '../results.ts'
import { measureCalls } from './measure-calls.ts'

const [loadBefore = 0] = loadavg()
const sections = [
  { title: 'Code in the sandbox, an isolate of its own for each call', figures: await measureCalls('cold') },
  { title: "Code in the sandbox, in its server's warm isolate", figures: await measureCalls('warm') },
]
const page = resultsPage(sections, loadBefore, 'npm run bench:sandbox')
writeFileSync(path.join(checkout, 'bench', 'sandbox', 'RESULTS.md'), page)
console.log(page)
