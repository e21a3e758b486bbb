import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { parse as parsePlist } from 'plist'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeLaunchdPlist } from '../../src/service/launchd-plist.ts'
import { writeEnvironmentFile, writeScheduledTask } from '../../src/service/scheduled-task.ts'
import type { ServicePlan } from '../../src/service/service-plan.ts'
import { writeSystemdUnit } from '../../src/service/systemd-unit.ts'

const run = promisify(execFile)
const analyze = '/usr/bin/systemd-analyze'
const stored = (name: string) => path.join(import.meta.dirname, 'stored', name)
/** Whatever a path or a value may hold. */
const NASTY = String.raw`a "b" 'c' $HOME %h \n & <d> é`
const plan: ServicePlan = {
  node: '/opt/my node/bin/node',
  launcher: '/opt/50% off/$x/bin/mcpwright.cjs',
  home: '/home/ada/.local/share/mcpwright',
  log: '/home/ada/.local/share/mcpwright/daemon.log',
  environment: { MCPWRIGHT_ALLOW_LOCAL: 'localhost:8080', TOKEN: NASTY },
}
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-service-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('the unit for systemd', () => {
  it('is as it was', async () => {
    await expect(writeSystemdUnit(plan)).toMatchFileSnapshot(stored('mcpwright.service'))
  })

  it.skipIf(!existsSync(analyze))(
    'has nothing that systemd finds wrong, and starts the program that it names',
    async () => {
      const node = path.join(folder, '50% off', '$x', 'my node')
      await mkdir(path.dirname(node), { recursive: true })
      await writeFile(node, '#!/bin/sh\n')
      await chmod(node, 0o755)
      const file = path.join(folder, 'mcpwright.service')
      const verify = () =>
        run(analyze, ['verify', '--user', '--man=no', file], { env: { XDG_RUNTIME_DIR: folder, HOME: folder } })
      await writeFile(file, writeSystemdUnit({ ...plan, node }))
      expect(await verify()).toEqual({ stdout: '', stderr: '' })
      await writeFile(file, writeSystemdUnit(plan))
      await expect(verify()).rejects.toThrow('Command /opt/my node/bin/node is not executable')
    },
  )
})

describe('the agent for launchd', () => {
  it('is as it was', async () => {
    await expect(writeLaunchdPlist(plan)).toMatchFileSnapshot(stored('local.mcpwright.plist'))
  })

  it('is a property list that says what is meant', () => {
    expect(parsePlist(writeLaunchdPlist(plan))).toMatchObject({
      Label: 'local.mcpwright',
      ProgramArguments: [plan.node, plan.launcher, 'daemon', '--stay'],
      EnvironmentVariables: { ...plan.environment, MCPWRIGHT_HOME: plan.home },
      KeepAlive: { SuccessfulExit: false },
      RunAtLoad: true,
      Umask: 0o077,
    })
  })
})

describe('the task for Windows', () => {
  const environmentFile = String.raw`C:\Users\Ada & Co\service.env`
  const ofWindows = {
    ...plan,
    node: String.raw`C:\Program Files\nodejs\node.exe`,
    launcher: String.raw`C:\Users\Ada & Co\mcpwright.cjs`,
  }
  const task = writeScheduledTask(ofWindows, environmentFile, String.raw`PC\Ada`)

  it('is as it was', async () => {
    await expect(task).toMatchFileSnapshot(stored('task.xml'))
  })

  it('is XML with the words quoted as a program of Windows reads them', () => {
    expect(XMLValidator.validate(task)).toBe(true)
    const { Task } = new XMLParser().parse(task)
    expect(Task.Actions.Exec.Arguments).toBe(
      String.raw`--headless "C:\Program Files\nodejs\node.exe" "--env-file=C:\Users\Ada & Co\service.env" "C:\Users\Ada & Co\mcpwright.cjs" daemon --stay`,
    )
    expect(Task.Settings.ExecutionTimeLimit).toBe('PT0S')
  })

  it('has an environment file that Node reads as it was meant', async () => {
    const file = path.join(folder, 'service.env')
    const values = { A: NASTY.replaceAll("'", ''), B: "it's", C: '  spaces # no comment  ' }
    await writeFile(file, writeEnvironmentFile({ ...plan, environment: values }))
    const program = 'console.log(JSON.stringify(process.env))'
    const shown = execFileSync(process.execPath, [`--env-file=${file}`, '-e', program], { env: {}, encoding: 'utf8' })
    expect(JSON.parse(shown)).toMatchObject({ ...values, MCPWRIGHT_HOME: plan.home })
    expect(await readFile(file, 'utf8')).toMatch(/^MCPWRIGHT_HOME='/)
  })
})
