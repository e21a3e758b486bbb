/** `npm run bench:bridge`: measures our bridge beside its peers and the bare server, prints, writes RESULTS.md. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { bare, bundledBridge, installPeers, ours } from './contestants.ts'
import { measureSpeed, type SpeedRow } from './measure-speed.ts'
import { measureStart, type StartRow } from './measure-start.ts'
import { resultsPage, type FleetFigures } from './page.ts'
import { modernRoad, sessionRoad } from './roads.ts'

const ROUNDS = { rounds: 5, sliceMs: 700 }
const FEW = [1, 16]
const MANY = [64]

const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-bench-'))
try {
  await using installed = await installPeers()
  const { supergateway, mcpProxy, mcpProxyNoStore } = installed
  const bothEras = [bare, ours, mcpProxy, mcpProxyNoStore]
  const starts: StartRow[] = []
  for (const contestant of [bare, await bundledBridge(folder), mcpProxy]) {
    starts.push(await measureStart(contestant, sessionRoad, 64))
  }
  const speed: SpeedRow[] = [
    // supergateway starts processes for each session, and knows no 2026-07-28.
    ...(await measureSpeed([...bothEras, supergateway], { road: sessionRoad, clientCounts: FEW, ...ROUNDS })),
    ...(await measureSpeed(bothEras, { road: sessionRoad, clientCounts: MANY, ...ROUNDS })),
    ...(await measureSpeed(bothEras, { road: modernRoad, clientCounts: [...FEW, ...MANY], ...ROUNDS })),
  ]
  const page = resultsPage(speed, starts, await measureFleet())
  console.log(page)
  await writeFile(path.join(import.meta.dirname, 'RESULTS.md'), page)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measureFleet(): Promise<FleetFigures> {
  const program = path.join(import.meta.dirname, 'fleet-main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, '200', '10'])
  // The program prints these figures.
  return JSON.parse(stdout) as FleetFigures
}
