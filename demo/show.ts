import assert from 'node:assert/strict'
import { startMetaClient } from './meta-client.ts'
import { githubFile, githubFolder, showGithub, startGithubStandIn } from './show-github.ts'
import { showTeaHouse } from './show-tea-house.ts'
import { runProjectAlone, writeProject } from './take-away.ts'
import { serveTeaHouse } from './tea-house/serve-tea-house.ts'
import { createTranscript } from './transcript.ts'

export interface DemoOptions {
  /** Also import GitHub's description, which takes some seconds. */
  readonly github: boolean
  /** Also write the projects and run the small one alone, which installs packages from the registry. */
  readonly takeAway: boolean
  /** Leave the data directory where it is, and tell where. */
  readonly keep: boolean
  readonly write: (line: string) => void
}

/**
 * Shows on real input what mcpwright does: an MCP client over stdio imports two APIs, tests, deploys and calls them.
 * Everything it starts is ended.
 * @throws when a step fails, after telling which
 */
export async function show({ github, takeAway, keep, write }: DemoOptions): Promise<void> {
  const transcript = createTranscript(write)
  const { title, step } = transcript
  await using teaHouse = await serveTeaHouse()
  await using standIn = github ? await startGithubStandIn() : undefined
  const local = [teaHouse.host, ...(standIn ? [standIn.host] : [])]
  const settings = { MCPWRIGHT_ALLOW_LOCAL: local.join(','), MCPWRIGHT_FILES: githubFolder }
  title('mcpwright, started by an MCP client over stdio')
  await using client = await step('start and greet it', () => startMetaClient(settings, keep))
  await step(
    'list its tools',
    () => client.toolNames(),
    (names) => `${names.length}: ${names.join(', ')}`,
  )
  await step(
    'list_servers, once the database is there',
    () => client.call('list_servers'),
    ({ text }) => text.split('\n', 1)[0] ?? '',
  )
  await showTeaHouse(client, teaHouse, transcript)
  if (standIn) await showGithub(client, standIn, transcript)
  if (takeAway) {
    title('The projects, to take away')
    const { descriptionUrl, host } = teaHouse
    const small = { name: 'tea-house', description: descriptionUrl, baseUrl: `http://${host}` }
    const folder = await writeProject(client, small, transcript)
    if (standIn) {
      const large = { name: 'github', description: githubFile, baseUrl: `http://${standIn.host}` }
      await writeProject(client, large, transcript)
    }
    await runProjectAlone(folder, transcript)
  }
  title('The end')
  await step('mcpwright stop: no process is left', async () => assert.deepEqual(await client.stop(), []))
  if (keep) write(`  The data directory is kept: ${client.folder}`)
}
