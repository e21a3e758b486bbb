import { describe, expect, it } from 'vitest'
import { findPlaces, namedPlaces, readClientNames } from '../../src/clients/find-places.ts'
import { CLIENT_NAMES, CLIENTS } from '../../src/clients/index.ts'
import type { Machine } from '../../src/config/machine.ts'

const machine = (platform: NodeJS.Platform, home: string, environment: Machine['environment'] = {}): Machine => ({
  platform,
  home,
  environment,
  foldersIn: () => [],
})
const filesOn = (on: Machine) =>
  Object.fromEntries(CLIENT_NAMES.map((name) => [name, CLIENTS[name].places(on).map(({ file }) => file)]))

describe('the configuration files of clients', () => {
  it('are found on Linux', () => {
    expect(filesOn(machine('linux', '/home/ada'))).toEqual({
      'claude-desktop': ['/home/ada/.config/Claude/claude_desktop_config.json'],
      'claude-code': ['/home/ada/.claude.json'],
      cursor: ['/home/ada/.cursor/mcp.json'],
      vscode: ['/home/ada/.config/Code/User/mcp.json', '/home/ada/.config/Code - Insiders/User/mcp.json'],
      windsurf: ['/home/ada/.codeium/windsurf/mcp_config.json'],
      gemini: ['/home/ada/.gemini/settings.json'],
      codex: ['/home/ada/.codex/config.toml'],
    })
  })

  it('are found on macOS', () => {
    expect(filesOn(machine('darwin', '/Users/ada'))).toMatchObject({
      'claude-desktop': ['/Users/ada/Library/Application Support/Claude/claude_desktop_config.json'],
      vscode: [
        '/Users/ada/Library/Application Support/Code/User/mcp.json',
        '/Users/ada/Library/Application Support/Code - Insiders/User/mcp.json',
      ],
      codex: ['/Users/ada/.codex/config.toml'],
    })
  })

  it('are found on Windows', () => {
    const environment = { APPDATA: String.raw`C:\Users\Ada\AppData\Roaming` }
    expect(filesOn(machine('win32', String.raw`C:\Users\Ada`, environment))).toMatchObject({
      'claude-desktop': [String.raw`C:\Users\Ada\AppData\Roaming\Claude\claude_desktop_config.json`],
      'claude-code': [String.raw`C:\Users\Ada\.claude.json`],
      cursor: [String.raw`C:\Users\Ada\.cursor\mcp.json`],
      vscode: [
        String.raw`C:\Users\Ada\AppData\Roaming\Code\User\mcp.json`,
        String.raw`C:\Users\Ada\AppData\Roaming\Code - Insiders\User\mcp.json`,
      ],
    })
  })

  it('are where Claude Desktop as a Windows package looks, when it is one', () => {
    const packaged: Machine = {
      ...machine('win32', String.raw`C:\Users\Ada`),
      foldersIn: (parent) => (parent.endsWith('Packages') ? ['Other_1', 'Claude_pzs8sxrjxfjjc'] : []),
    }
    expect(CLIENTS['claude-desktop'].places(packaged).map(({ file }) => file)).toEqual([
      String.raw`C:\Users\Ada\AppData\Local\Packages\Claude_pzs8sxrjxfjjc\LocalCache\Roaming\Claude\claude_desktop_config.json`,
    ])
  })

  it('are where the environment says, for clients that read it', () => {
    const environment = { XDG_CONFIG_HOME: '/x', CODEX_HOME: '/c', CLAUDE_CONFIG_DIR: '/d' }
    expect(filesOn(machine('linux', '/home/ada', environment))).toMatchObject({
      'claude-desktop': ['/x/Claude/claude_desktop_config.json'],
      'claude-code': ['/d/.claude.json'],
      codex: ['/c/config.toml'],
    })
  })
})

describe('a client', () => {
  const on = machine('linux', '/home/ada')

  it('is found by its folder, before it has a configuration', () => {
    const found = findPlaces(on, CLIENT_NAMES, (file) => file === '/home/ada/.config/Code - Insiders/User')
    expect(found.map(({ file }) => file)).toEqual(['/home/ada/.config/Code - Insiders/User/mcp.json'])
  })

  it('is taken at its word when it is named and nothing of it is found', () => {
    expect(namedPlaces(machine('linux', '/nowhere'), ['cursor']).map(({ file }) => file)).toEqual([
      '/nowhere/.cursor/mcp.json',
    ])
  })

  it('that nobody knows is told, with the nearest', () => {
    expect(() => readClientNames(['cursr'])).toThrow(
      expect.objectContaining({ code: 'ARGUMENTS_INVALID', fix: 'Did you mean "cursor"?' }),
    )
  })
})
