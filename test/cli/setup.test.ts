import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setup } from '../../src/cli/setup.ts'
import { colourDifference } from '../../src/cli/terminal.ts'
import type { Machine } from '../../src/config/machine.ts'
import { writeConfiguration } from '../../src/clients/configuration-file.ts'
import { fakeTerminal } from './fake-terminal.ts'

let home: string
let environment: NodeJS.ProcessEnv
const at = (...names: string[]) => path.join(home, ...names)
const read = (...names: string[]) => readFile(at(...names), 'utf8')

async function write(text: string, ...names: string[]): Promise<void> {
  await mkdir(path.dirname(at(...names)), { recursive: true })
  await writeFile(at(...names), text)
}

async function run(words: string[], options: Parameters<typeof setup>[1] = { yes: true }, machine?: Machine) {
  const terminal = fakeTerminal()
  const code = await setup(words, options, environment, terminal, machine)
  return { code, said: terminal.said() }
}

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'mcpwright-setup-'))
  environment = { HOME: home, PATH: process.env['PATH'] }
})

afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

describe('setup', () => {
  it('shows what would change, asks, and changes nothing without an answer', async () => {
    await write('{\n  "mcpServers": {}\n}\n', '.cursor', 'mcp.json')
    await expect(run([], {})).rejects.toMatchObject({ code: 'CONFIRMATION_NEEDED', fix: 'Add --yes to do it.' })
    const terminal = fakeTerminal([false])
    expect(await setup([], {}, environment, terminal)).toBe(0)
    expect(terminal.questions).toEqual(['Write this file?'])
    expect(terminal.said()).toMatch(
      /^Cursor:\n--- .*mcp\.json\n\+\+\+ .*\n@@ .*\n {\n-.*\n\+ {2}"mcpServers": {\n\+ {4}"mcpwright": {/,
    )
    expect(await read('.cursor', 'mcp.json')).toBe('{\n  "mcpServers": {}\n}\n')
    expect(await readdir(at('.cursor'))).toEqual(['mcp.json'])
  })

  it('writes every client that is installed, keeps a copy beside it, and says what is next', async () => {
    await write('{ "numStartups": 3 }', '.claude.json')
    await write('# mine\n', '.codex', 'config.toml')
    await mkdir(at('.gemini'))
    const { code, said } = await run([])
    expect(code).toBe(0)
    expect(said).toContain('Next: restart Claude Code, Gemini CLI, Codex')
    const launcher = path.resolve(import.meta.dirname, '../../bin/mcpwright.cjs')
    const ofClaude = JSON.parse(await read('.claude.json'))
    expect(ofClaude).toMatchObject({ numStartups: 3, mcpServers: { mcpwright: { type: 'stdio', args: [launcher] } } })
    expect(path.isAbsolute(ofClaude.mcpServers.mcpwright.command)).toBe(true)
    expect(JSON.parse(await read('.gemini', 'settings.json'))).toMatchObject({ mcpServers: { mcpwright: {} } })
    expect(await read('.codex', 'config.toml')).toMatch(/^# mine\n\n\[mcp_servers\.mcpwright\]\ncommand = "/)
    const copy = (await readdir(home)).find((name) => /^\.claude\.json\.before-mcpwright-\d{8}T\d{6}Z$/.test(name))
    expect(await read(copy ?? '')).toBe('{ "numStartups": 3 }')
  })

  it('finds nothing to do the second time', async () => {
    await mkdir(at('.cursor'))
    await run([])
    const before = await readdir(at('.cursor'))
    const { code, said } = await run([], {})
    expect([code, said]).toEqual([0, `Cursor: up to date (${at('.cursor', 'mcp.json')})\n`])
    expect(await readdir(at('.cursor'))).toEqual(before)
  })

  it('keeps the mode of a file and of its copy, and a link', async () => {
    await write('{}', 'dotfiles', 'cursor.json')
    await chmod(at('dotfiles', 'cursor.json'), 0o640)
    await mkdir(at('.cursor'))
    await symlink('../dotfiles/cursor.json', at('.cursor', 'mcp.json'))
    await write('{}', '.gemini', 'settings.json')
    await chmod(at('.gemini', 'settings.json'), 0o600)
    await run([])
    expect((await lstat(at('.cursor', 'mcp.json'))).isSymbolicLink()).toBe(true)
    expect(await read('dotfiles', 'cursor.json')).toContain('mcpwright.cjs')
    expect((await stat(at('dotfiles', 'cursor.json'))).mode & 0o777).toBe(0o640)
    const gemini = await Promise.all((await readdir(at('.gemini'))).map((name) => stat(at('.gemini', name))))
    expect(gemini.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600])
    expect(await readdir(at('dotfiles'))).toEqual(['cursor.json'])
  })

  it('tells a broken file, a dead link and a foreign entry, leaves them, and does the others', async () => {
    await write('{ "mcpServers": {,} }', '.cursor', 'mcp.json')
    await write('{"mcpServers":{"mcpwright":{"command":"docker"}}}', '.gemini', 'settings.json')
    await mkdir(at('.codeium', 'windsurf'), { recursive: true })
    await symlink('nowhere', at('.codeium', 'windsurf', 'mcp_config.json'))
    await mkdir(at('.codex'))
    const { code, said } = await run([])
    expect(code).toBe(1)
    expect(said).toContain(`${at('.cursor', 'mcp.json')}:1:18: value expected`)
    expect(said).toContain('starts "docker". It was left; --force writes over it.')
    expect(said).toMatch(/Windsurf: CONFIGURATION_INVALID: .*mcp_config\.json" cannot be read: ENOENT/)
    expect(await read('.codex', 'config.toml')).toContain('[mcp_servers.mcpwright]')
    expect(await readdir(at('.cursor'))).toEqual(['mcp.json'])
    expect((await run(['gemini'], { yes: true, force: true })).code).toBe(0)
    expect(await read('.gemini', 'settings.json')).not.toContain('docker')
  })

  it('does not show the keys of other servers', async () => {
    const key = `ghp_${'aB3dE5gH7jK9mN1pQ2rS'.repeat(2)}`
    await write(`{\n  "mcpServers": {\n    "github": { "env": { "T": "${key}" } }\n  }\n}\n`, '.cursor', 'mcp.json')
    const { said } = await run([])
    expect(said).toContain('[GitHub token]')
    expect(said).not.toContain(key)
    expect(await read('.cursor', 'mcp.json')).toContain(key)
  })

  it('gives a client the data directory that was chosen', async () => {
    environment['MCPWRIGHT_HOME'] = at('data')
    await mkdir(at('.codex'))
    await run(['cursor', 'codex'])
    expect(JSON.parse(await read('.cursor', 'mcp.json'))).toMatchObject({
      mcpServers: { mcpwright: { env: { MCPWRIGHT_HOME: at('data') } } },
    })
    expect(await read('.codex', 'config.toml')).toContain(`env = { MCPWRIGHT_HOME = "${at('data')}" }`)
  })

  it('on a machine without any client says which it knows', async () => {
    const { code, said } = await run([])
    expect([code, said]).toEqual([
      1,
      expect.stringContaining('No client was found here. Known: Claude Desktop, Claude'),
    ])
  })

  it('writes where macOS has them', async () => {
    const machine: Machine = { platform: 'darwin', home, environment, foldersIn: () => [] }
    await mkdir(at('Library', 'Application Support', 'Code', 'User'), { recursive: true })
    await run([], { yes: true }, machine)
    expect(await read('Library', 'Application Support', 'Code', 'User', 'mcp.json')).toContain('"servers"')
  })
})

describe('setup --remove', () => {
  it('leaves each file as it was, and no copy of ours', async () => {
    const before = '// mine\n{\n\t"mcpServers": { "x": { "command": "y", }, }, // here\n}\n'
    await write(before, '.cursor', 'mcp.json')
    await mkdir(at('.gemini'))
    await run([])
    const { code, said } = await run([], { yes: true, remove: true })
    expect(code).toBe(0)
    expect(said).toContain('Gemini CLI: removed, as there was none before')
    expect(await read('.cursor', 'mcp.json')).toBe(before)
    expect(await readdir(at('.cursor'))).toEqual(['mcp.json'])
    expect(await readdir(at('.gemini'))).toEqual([])
    expect((await run([], { remove: true })).said).toContain('nothing of ours')
  })

  it('leaves a file as it was before the first of two changes within a second', async () => {
    await write('{"a":1}', '.cursor', 'mcp.json')
    await run([])
    await rm(at('.cursor', 'mcp.json'))
    await write(
      '{"mcpServers":{"mcpwright":{"command":"node","args":["/old/mcpwright.cjs"]}},"a":1}',
      '.cursor',
      'mcp.json',
    )
    await run([])
    await run([], { yes: true, remove: true })
    expect(await read('.cursor', 'mcp.json')).toBe('{"a":1}')
  })

  it('of one client leaves the others', async () => {
    await mkdir(at('.gemini'))
    await mkdir(at('.cursor'))
    await run([])
    await run(['gemini'], { yes: true, remove: true })
    expect(await readdir(at('.gemini'))).toEqual([])
    expect(await read('.cursor', 'mcp.json')).toContain('mcpwright')
  })
})

describe('a configuration that its client writes at the same moment', () => {
  it('is not written over', async () => {
    await write('new', 'c.json')
    await expect(writeConfiguration(at('c.json'), 'old', 'ours')).rejects.toMatchObject({
      message: expect.stringContaining('changed by another program'),
    })
    expect(await read('c.json')).toBe('new')
    expect(await readdir(home)).toEqual(['c.json'])
  })
})

describe('the difference', () => {
  it('has its lines in colours on a terminal', () => {
    expect(colourDifference(' a\n-b\n+c')).toBe(' a\n\u{1b}[31m-b\u{1b}[39m\n\u{1b}[32m+c\u{1b}[39m')
  })
})
