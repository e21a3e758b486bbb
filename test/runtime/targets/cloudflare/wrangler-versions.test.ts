import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { removeOtherVersions } from '../../../../runtime/targets/cloudflare/wrangler/remove-other-versions.ts'

it('keeps one wrangler: earlier ones go, with what Node compiled of them, when a newer one has been fetched', async () => {
  const wranglers = await mkdtemp(path.join(os.tmpdir(), 'mcpwright-versions-'))
  onTestFinished(() => rm(wranglers, { recursive: true, force: true }))
  for (const name of ['4.9.0-aa', '4.10.0-bb', '4.10.0-cc', 'compiled', 'unfinished-x1']) {
    await mkdir(path.join(wranglers, name, 'node_modules'), { recursive: true })
  }
  await removeOtherVersions(path.join(wranglers, '4.10.0-cc'))
  expect((await readdir(wranglers)).toSorted()).toEqual(['4.10.0-cc', 'unfinished-x1'])
})
