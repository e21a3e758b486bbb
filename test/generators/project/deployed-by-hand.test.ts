import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emitProject } from '../../../generators/project/emit-project.ts'
import { projectSurroundings } from '../../../src/pipeline/workshop/package-sources.ts'
import { writeFiles } from '../../../src/pipeline/workshop/project-folder.ts'
import { serveModules } from '../../fixtures/start-worker.ts'
import { callText, connect } from '../../runtime/library/worker/connect.ts'
import { sampleDefinition } from './sample-definition.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../../..')
const wrangler = path.join(
  path.dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
  'bin/wrangler.js',
)
const files = emitProject(sampleDefinition, projectSurroundings())
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-by-hand-'))
  await writeFiles(folder, files)
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** All that `wrangler deploy` does but the upload. @returns what it says */
async function deployDry(): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    CI: '1',
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    WRANGLER_SEND_METRICS: 'false',
  }
  const args = [wrangler, 'deploy', '--dry-run', '--outdir', 'out']
  const { stdout, stderr } = await run(process.execPath, args, {
    cwd: folder,
    env,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  return stdout + stderr
}

describe('a written project', () => {
  it('is deployed by wrangler as it is, and what that uploads runs', async () => {
    const said = await deployDry()
    expect(said).not.toMatch(/WARNING|ERROR/)
    expect(said).toContain('env.MCP_STORE')
    const names = (await readdir(path.join(folder, 'out'))).filter((name) => /\.m?js$/.test(name))
    expect(names).toEqual(['worker.js'])
    const text = await readFile(path.join(folder, 'out', 'worker.js'), 'utf8')
    await using worker = await serveModules(
      { 'worker.mjs': text },
      { env: { MCP_TOKEN: 'open-sesame' }, bindings: ['MCP_STORE'] },
    )
    const client = await connect(worker.url, 'modern')
    expect(await callText(client, 'shout', 'by hand')).toBe('BY HAND')
    await client.close()
  })

  it('takes each setting that its README shows', async () => {
    const shown = Array.from((files['README.md'] ?? '').matchAll(/```json\n(.*?)\n```/gs), ([, text = '']) =>
      JSON.parse(text),
    )
    const settings = shown.filter((block) => !('mcpServers' in block))
    expect(settings.flatMap((block) => Object.keys(block))).toEqual([
      'vars',
      'durable_objects',
      'migrations',
      'ratelimits',
    ])
    const config = Object.assign(JSON.parse(files['wrangler.jsonc'] ?? ''), ...settings)
    await writeFile(path.join(folder, 'wrangler.jsonc'), JSON.stringify(config))
    const said = await deployDry()
    expect(said).not.toMatch(/WARNING|ERROR/)
    for (const name of ['MCP_SESSIONS', 'MCP_RATE_LIMIT', 'MCP_ISSUER', 'MCP_SCOPES'])
      expect(said).toContain(`env.${name}`)
  })
})
