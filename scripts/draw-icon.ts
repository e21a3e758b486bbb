/** `npm run icon`: draws docs/icon.svg for those who take pictures alone. Needs Chromium. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { drawSvg } from './screens/photograph.ts'

const docs = path.resolve(import.meta.dirname, '../docs')
const svg = readFileSync(path.join(docs, 'icon.svg'), 'utf8').trim()
// For bundles.
writeFileSync(path.join(docs, 'icon.png'), await drawSvg(svg, 256))
// Clients are told of it in many results (2026-07-28, basic/index, Meta), and show it smaller: without the shades of its
// edges it has a third of the bytes.
const small = await drawSvg(svg.replace('<svg ', '<svg shape-rendering="crispEdges" '), 48)
const icons = [
  { src: dataUri('image/png', small), mimeType: 'image/png', sizes: ['48x48'] },
  { src: dataUri('image/svg+xml', Buffer.from(svg)), mimeType: 'image/svg+xml', sizes: ['any'] },
]
writeFileSync(path.resolve(docs, '../src/mcp/icons.json'), `${JSON.stringify(icons, null, 2)}\n`)

function dataUri(type: string, bytes: Buffer): string {
  return `data:${type};base64,${bytes.toString('base64')}`
}
