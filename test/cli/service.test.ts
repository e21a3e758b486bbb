import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeService, showService } from '../../src/cli/service.ts'
import { installService } from '../../src/cli/service-install.ts'
import type { Machine } from '../../src/config/machine.ts'
import { fakeTerminal } from './fake-terminal.ts'

let home: string
let environment: NodeJS.ProcessEnv
let machine: Machine
const unit = () => path.join(home, '.config', 'systemd', 'user', 'mcpwright.service')

/** Stands in the place of systemctl and loginctl: notes its words, and answers with these lines of a shell. */
async function fakeTools(script: string): Promise<void> {
  await mkdir(path.join(home, 'bin'), { recursive: true })
  for (const name of ['systemctl', 'loginctl']) {
    const file = path.join(home, 'bin', name)
    await writeFile(file, `#!/bin/sh\necho "${name} $*" >> '${home}/calls'\n${script}\n`)
    await chmod(file, 0o755)
  }
}

const calls = async () => (await readFile(path.join(home, 'calls'), 'utf8')).trim().split('\n')

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'mcpwright-service-'))
  environment = { HOME: home, PATH: `${home}/bin:/bin:/usr/bin` }
  machine = { platform: 'linux', home, environment, foldersIn: () => [] }
})

afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

describe('the service', () => {
  it('that the manager refuses leaves nothing behind, and says what to do without', async () => {
    await fakeTools('echo "Failed to connect to bus" >&2; exit 1')
    await expect(installService({ yes: true }, environment, fakeTerminal(), machine)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringContaining('"systemctl --user daemon-reload" said: Failed to connect to bus'),
    })
    expect((await readdir(home)).filter((name) => name === '.config')).toEqual([])
  })

  it('that was there before stays when a new one is refused', async () => {
    await fakeTools('exit 1')
    await mkdir(path.dirname(unit()), { recursive: true })
    await writeFile(unit(), '# older')
    await expect(installService({ yes: true }, environment, fakeTerminal(), machine)).rejects.toThrow('did not take')
    expect(await readFile(unit(), 'utf8')).toBe('# older')
  })

  it('is refused where the platform has no manager', async () => {
    const other: Machine = { ...machine, platform: 'freebsd' }
    await expect(installService({ yes: true }, environment, fakeTerminal(), other)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      fix: expect.stringContaining('daemon --stay'),
    })
  })

  it('is not installed without an answer; what the shell has and the service will not is told', async () => {
    const terminal = fakeTerminal([false])
    environment['DATABASE_URL'] = 'postgres://x'
    environment['MCPWRIGHT_FILES'] = '/srv'
    const own = { ...environment, MCPWRIGHT_HOME: path.join(home, 'data') }
    await installService({ env: ['MCPWRIGHT_FILES', 'A=b=c'] }, own, terminal, machine)
    expect(terminal.said()).toContain('with   MCPWRIGHT_HOME, MCPWRIGHT_FILES, A')
    expect(terminal.said()).toContain('DATABASE_URL is set here, and the service will not have it')
    expect(terminal.said()).not.toContain('postgres://x')
    expect(await readdir(home)).toEqual([])
  })

  it('gets no value that is not there', async () => {
    await expect(installService({ env: ['NOWHERE'] }, environment, fakeTerminal(), machine)).rejects.toMatchObject({
      code: 'ARGUMENTS_INVALID',
    })
  })

  it('is shown and removed as the manager has it', async () => {
    await fakeTools('[ "$1 $2" = "--user is-active" ] && { echo failed; exit 3; }; exit 0')
    await mkdir(path.dirname(unit()), { recursive: true })
    await writeFile(unit(), '')
    const shown = fakeTerminal()
    expect(await showService(environment, shown, machine)).toBe(3)
    expect(shown.said()).toMatch(
      /^Service: .*mcpwright\.service\nsystemd: failed\nIt starts at your login.*\nDaemon: does not run\n$/,
    )
    expect(await removeService(environment, fakeTerminal(), machine)).toBe(true)
    expect(await calls()).toContain('systemctl --user disable --now mcpwright.service')
    await expect(stat(unit())).rejects.toThrow('ENOENT')
    expect(await removeService(environment, fakeTerminal(), machine)).toBe(false)
  })
})
