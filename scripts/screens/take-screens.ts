import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { call } from '../../test/e2e/call.ts'
import { launcher, openTestHome, type TestHome } from '../../test/e2e/test-home.ts'
import { photograph } from './photograph.ts'
import { makeKitchen } from './kitchen.ts'
import { type TerminalStep, terminalSvg } from './terminal-svg.ts'

/**
 * Brings mcpwright up in a home of its own, lets it have something to show, and takes pictures of it.
 * @returns the files that were written into the folder
 */
export async function takeScreens(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  await using home = await openTestHome()
  const client = await home.connect()
  await makeKitchen(client)
  const terminal = await runSteps(home, [
    ['ls'],
    ['search', 'how many grams of tea'],
    ['call', 'read_tool', '--server', 'kitchen', '--tool', 'count_grams', '--arguments', '{"cups":4}'],
    ['inbox'],
  ])
  const files = [path.join(folder, 'terminal.svg'), path.join(folder, 'drop.png'), path.join(folder, 'inbox.png')]
  const [svg = '', drop = '', inbox = ''] = files
  await writeFile(svg, terminalSvg(terminal.slice(0, -1)))
  await photograph(linkIn(terminal.at(-1)?.says ?? ''), inbox)
  // The link that a chat shows when it asks for a file leads to that alone.
  const { text } = await call(client, 'import_openapi', { server: 'shop', file: 'inbox:shop-api' })
  await photograph(linkIn(text), drop)
  return files
}

async function runSteps(home: TestHome, steps: readonly (readonly string[])[]): Promise<readonly TerminalStep[]> {
  const done: TerminalStep[] = []
  for (const words of steps) {
    const { stdout } = await promisify(execFile)(process.execPath, [launcher, ...words], { env: home.environment })
    done.push({ words, says: stdout.trimEnd() })
  }
  return done
}

function linkIn(text: string): string {
  const link = /http:\S+\/inbox\/open\/[\w-]+/.exec(text)?.[0]
  if (link === undefined) throw new Error(`There is no link to the inbox in: ${text}`)
  return link
}
