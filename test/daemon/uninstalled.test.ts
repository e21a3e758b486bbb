import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownerToken } from '../../src/daemon/daemon-file.ts'
import { markUninstalled, watchInstallation } from '../../src/daemon/uninstalled.ts'

let home: string
const GONE = expect.objectContaining({ code: 'DAEMON_UNAVAILABLE', fix: expect.stringContaining('Restart the client') })

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'mcpwright-gone-'))
})

afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

describe('a door of a client that still runs', () => {
  it('does not bring mcpwright back once its data are deleted', async () => {
    const watch = watchInstallation(home)
    expect(watch.refuseIfGone).not.toThrow()
    ownerToken(home)
    watch.noteUse()
    expect(watch.refuseIfGone).not.toThrow()
    await rm(home, { recursive: true })
    expect(watch.refuseIfGone).toThrow(GONE)
  })

  it('does not bring it back where the data are kept; a door that begins later does', async () => {
    await writeFile(path.join(home, 'token'), 'x')
    const watch = watchInstallation(home)
    await markUninstalled(home)
    expect(watch.refuseIfGone).toThrow(GONE)
    expect(watchInstallation(home).refuseIfGone).not.toThrow()
    expect(watch.refuseIfGone).not.toThrow()
  })

  it('tries again where the first start failed', () => {
    const watch = watchInstallation(home)
    expect(watch.refuseIfGone).not.toThrow()
    expect(watch.refuseIfGone).not.toThrow()
  })
})
