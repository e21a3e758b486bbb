import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setup } from '../../src/cli/setup.ts'
import { uninstall } from '../../src/cli/uninstall.ts'
import type { Machine } from '../../src/config/machine.ts'
import { fakeTerminal } from './fake-terminal.ts'

let home: string
let environment: NodeJS.ProcessEnv
let machine: Machine
const data = () => path.join(home, '.local', 'share', 'mcpwright')
const cursor = () => readFile(path.join(home, '.cursor', 'mcp.json'), 'utf8')

/** A home that was set up, and whose daemon has never been started. */
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'mcpwright-uninstall-'))
  environment = { HOME: home, PATH: '' }
  machine = { platform: 'linux', home, environment, foldersIn: () => [] }
  await mkdir(path.join(data(), 'database'), { recursive: true })
  await writeFile(path.join(data(), 'daemon.json'), '{}')
  await setup(['cursor'], { yes: true }, environment, fakeTerminal(), machine)
})

afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

describe('uninstall', () => {
  it('changes nothing when the person thinks better of it, or leaves the question', async () => {
    for (const answer of ['stop', 'nothing of these']) {
      const terminal = fakeTerminal([answer])
      expect(await uninstall({}, environment, terminal, machine)).toBe(1)
      expect(terminal.questions).toEqual([`Servers, secrets and history are in ${data()}.`])
    }
    expect(await cursor()).toContain('mcpwright')
    expect((await readdir(data())).toSorted()).toEqual(['daemon.json', 'database'])
  })

  it('keeps the data when that is the answer, and says where they are', async () => {
    const terminal = fakeTerminal(['keep'])
    expect(await uninstall({}, environment, terminal, machine)).toBe(0)
    expect(terminal.said()).toContain(`The data stay in ${data()}.`)
    expect((await readdir(data())).toSorted()).toEqual(['database', 'uninstalled'])
    expect(await readdir(path.join(home, '.cursor'))).toEqual([])
  })

  it('leaves a broken configuration, tells it, and is not done then', async () => {
    await writeFile(path.join(home, '.cursor', 'mcp.json'), '{ mcpwright')
    const terminal = fakeTerminal()
    expect(await uninstall({ deleteData: true }, environment, terminal, machine)).toBe(1)
    expect(terminal.said()).toMatch(/Cursor: .*mcp\.json:1:3: .*It was left/)
    expect(await readdir(home)).toEqual(['.cursor'])
  })

  it('takes one answer about the data', async () => {
    await expect(
      uninstall({ deleteData: true, keepData: true }, environment, fakeTerminal(), machine),
    ).rejects.toMatchObject({ code: 'ARGUMENTS_INVALID' })
  })
})
