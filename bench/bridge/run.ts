/** `npm run bench:bridge`: measures our bridge beside its peers and the bare server, prints, writes RESULTS.md. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { bare, installPeers, ours } from './contestants.ts'
import { measureSpeed, type SpeedRow } from './measure-speed.ts'
import { resultsPage } from './page.ts'
import { modernRoad, sessionRoad } from './roads.ts'

const ROUNDS = { rounds: 5, sliceMs: 700 }
const FEW = [1, 16]
const MANY = [64]

await using installed = await installPeers()
const { supergateway, mcpProxy, mcpProxyNoStore } = installed
const bothEras = [bare, ours, mcpProxy, mcpProxyNoStore]
const rows: SpeedRow[] = [
  // supergateway starts two processes for each session, and knows no 2026-07-28.
  ...(await measureSpeed([...bothEras, supergateway], { road: sessionRoad, clientCounts: FEW, ...ROUNDS })),
  ...(await measureSpeed(bothEras, { road: sessionRoad, clientCounts: MANY, ...ROUNDS })),
  ...(await measureSpeed(bothEras, { road: modernRoad, clientCounts: [...FEW, ...MANY], ...ROUNDS })),
]
const page = resultsPage(rows)
console.log(page)
writeFileSync(path.join(import.meta.dirname, 'RESULTS.md'), page)
