/** `npm run bench`: measures, prints, and writes bench/RESULTS.md. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { makeTemplate } from '../src/queue/make-template.ts'
import { checkout } from './bench-home.ts'
import type { Figure } from './figure.ts'
import { measureGithub } from './figures/github.ts'
import { measureSmallApi } from './figures/small-api.ts'
import { measureStarts } from './figures/starts.ts'
import { installPackage } from './installed-package.ts'
import { resultsPage, type Section } from './results.ts'

const [loadBefore = 0] = loadavg()
const templates = mkdtempSync(path.join(tmpdir(), 'mcpwright-templates-'))
try {
  await makeTemplate(templates)
  const source = { installation: checkout, templates }
  const sections = [
    await measured('Starts, from source', () =>
      measureStarts({ installation: checkout, label: 'checkout', firstStarts: 3, laterStarts: 5 }),
    ),
    await measured('Starts, from the packed tarball', async () => {
      await using installed = await installPackage()
      const { installation } = installed
      return await measureStarts({ installation, label: 'package', firstStarts: 5, laterStarts: 5 })
    }),
    await measured('A small API of 19 operations, warm', () => measureSmallApi(source, 5)),
    await measured("GitHub's 1,223 operations", () => measureGithub(source, 3)),
  ]
  const page = resultsPage(sections, loadBefore)
  writeFileSync(path.join(checkout, 'bench', 'RESULTS.md'), page)
  console.log(page)
} finally {
  rmSync(templates, { recursive: true, force: true })
}

async function measured(title: string, measure: () => Promise<Figure[]>): Promise<Section> {
  console.error(`${title} …`)
  return { title, figures: await measure() }
}
