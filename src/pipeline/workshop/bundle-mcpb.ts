import { createHash } from 'node:crypto'
import { type Zippable, zipSync } from 'fflate'
import type { ProjectFiles } from '../../model/project-files.ts'
import { bundleStandalone } from './bundle-project.ts'
import { openProjectFolder } from './project-folder.ts'

export interface BundledMcpb {
  /** The .mcpb: a zip with manifest.json at its root. */
  readonly bytes: Uint8Array
  readonly sha256: string
}

/** The same files, the same bytes: zip keeps no earlier date. */
const MODIFIED = new Date('1980-01-01T00:00:00Z')

/**
 * Makes the bundle that desktop clients install by opening it: the server on its own, which asks for its secrets
 * itself. MCPB specification, manifest 0.3.
 */
export async function bundleMcpb(files: ProjectFiles, cache: string): Promise<BundledMcpb> {
  await using project = await openProjectFolder(files, cache)
  const contents: Record<string, string> = {
    'manifest.json': files['manifest.json'] ?? '',
    'README.md': files['README.md'] ?? '',
    'dist/stdio.mjs': await bundleStandalone(project.folder),
    'dist/operations.json': files['src/operations.json'] ?? '',
    // Without it Node would read dist/*.mjs all the same; with it the bundle says what it is.
    'package.json': JSON.stringify({ type: 'module', private: true }),
  }
  const encoder = new TextEncoder()
  const entries: Zippable = Object.fromEntries(
    Object.entries(contents).map(([name, text]) => [name, [encoder.encode(text), { mtime: MODIFIED, level: 9 }]]),
  )
  const bytes = zipSync(entries)
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
