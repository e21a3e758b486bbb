/** `npm run demo`. Exit code 1: a step failed. MCPWRIGHT_DEMO_KEEP=1 keeps the data directory. */
import { show } from './show.ts'

const started = performance.now()
try {
  const keep = process.env.MCPWRIGHT_DEMO_KEEP === '1'
  await show({ github: true, takeAway: true, keep, write: console.log })
  console.log(`\nAll steps went well, in ${((performance.now() - started) / 1_000).toFixed(1)} s.`)
} catch (error) {
  console.error('\nThe demo has failed:', error)
  process.exitCode = 1
}
