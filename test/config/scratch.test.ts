import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openPassingFolder } from '../../runtime/supervisor/passing-folder.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { removeScratch, scratchFolder } from '../../src/config/scratch.ts'
import { takeHeadStart } from '../../src/daemon/head-start.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'mcpwright-scratch-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const modeOf = async (file: string) => (await stat(file)).mode & 0o777

it('is the owner alone who can look into a folder of it, which goes when it is disposed of', async () => {
  let used: string
  {
    await using folder = await openPassingFolder(scratchFolder(home), 'wrangler')
    used = folder.path
    await writeFile(path.join(used, 'secrets.json'), '{}')
    expect([await modeOf(scratchFolder(home)), await modeOf(used)]).toEqual([0o700, 0o700])
  }
  expect(existsSync(used)).toBe(false)
})

it('is emptied by the daemon that takes the lock, and by no other', async () => {
  const left = path.join(scratchFolder(home), 'wrangler-4f2a')
  const config = loadConfig({ MCPWRIGHT_HOME: home, DATABASE_URL: 'postgres://127.0.0.1:9/none' })
  const leave = async () => {
    await mkdir(left, { recursive: true })
    await writeFile(path.join(left, 'secrets.json'), '{"TOKEN":"t"}')
  }
  await leave()
  const { lock } = takeHeadStart(config)
  expect(existsSync(left)).toBe(false)
  await leave()
  expect(() => takeHeadStart(config)).toThrow(expect.objectContaining({ code: 'DATA_DIRECTORY_LOCKED' }))
  expect(existsSync(left)).toBe(true)
  await lock[Symbol.asyncDispose]()
})

it('does not keep a daemon from starting where something cannot be removed, which is told', async () => {
  const told: string[] = []
  removeScratch(path.join(home, 'longer than any name may be'.repeat(10)), (message) => told.push(message))
  expect(told).toEqual([expect.stringContaining('the next start tries again')])
  removeScratch(home, (message) => told.push(message))
  expect(told).toHaveLength(1)
})
