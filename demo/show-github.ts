import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type GithubCall, githubCalls } from './github/calls.ts'
import type { Description } from './github/description.ts'
import { type StandIn, startStandIn } from './github/stand-in.ts'
import type { MetaClient } from './meta-client.ts'
import { firstLine, type Transcript } from './transcript.ts'

/** The folder of the descriptions that GitHub publishes in its npm package. */
export const githubFolder = path.resolve(import.meta.dirname, '../node_modules/@octokit/openapi/generated')
export const githubFile = path.join(githubFolder, 'api.github.com.json')

export function startGithubStandIn(): Promise<StandIn> {
  // GitHub's own description, of the version that package.json pins.
  return startStandIn(JSON.parse(readFileSync(githubFile, 'utf8')) as Description)
}

/** A large API: all of GitHub, against a stand-in that refuses what the description does not allow. */
export async function showGithub(client: MetaClient, standIn: StandIn, { title, step }: Transcript): Promise<void> {
  const server = 'github'
  const source = { server, file: githubFile, base_url: `http://${standIn.host}` }
  title(`A large API: GitHub, all ${standIn.operations} operations`)
  await step('start a server', () => client.call('init_server', { name: server, description: 'All of GitHub.' }))
  await step(
    'preview its description of 13 MB',
    () => client.call('import_openapi', source),
    ({ text }) => firstLine(text),
  )
  await step(
    'import all of it',
    () => client.call('import_openapi', { ...source, preview: false, select: { all: true } }),
    ({ text }) => firstLine(text),
  )
  await step(
    'test issues_list_for_repo against the stand-in',
    () =>
      client.call('test_tool', {
        server,
        tool: 'issues_list_for_repo',
        input: { owner: 'octocat', repo: 'hello-world' },
        live: true,
      }),
    ({ text, data }) => {
      assert.equal(data.ok, true, text)
      return firstLine(text)
    },
  )
  await step(
    'deploy it',
    () => client.call('deploy', { server }),
    ({ text }) => firstLine(text),
  )
  for (const call of githubCalls) {
    await step(
      `"${call.words}"`,
      () => findAndCall(client, server, standIn, call),
      (told) => told,
    )
  }
}

/** @returns what happened, for the transcript */
async function findAndCall(client: MetaClient, server: string, standIn: StandIn, call: GithubCall): Promise<string> {
  const { data } = await client.call('search_tools', { query: call.words, server })
  // The tool's own answer: its input is described in docs, its output here.
  const found = data.tools as readonly { readonly tool: string; readonly effect: string }[]
  const rank = found.findIndex(({ tool }) => tool === call.tool)
  assert.notEqual(rank, -1, `search_tools found ${found.map(({ tool }) => tool).join(', ')}, but not ${call.tool}.`)
  assert.equal(found[rank]?.effect, call.effect)
  const verb = call.effect === 'read' ? 'read_tool' : 'call_tool'
  const asked = standIn.seen.length
  const { text } = await client.call(verb, { server, tool: call.tool, arguments: call.arguments })
  const [request, ...more] = standIn.seen.slice(asked)
  assert.ok(request !== undefined && more.length === 0, `It made ${standIn.seen.length - asked} requests.`)
  return [
    `search_tools: ${call.tool}, number ${rank + 1} of ${found.length}`,
    `${verb}: ${request.method} ${request.url} answered ${request.status}`,
    firstLine(text),
  ].join('\n')
}
