import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { startCommand } from '../../../runtime/supervisor/start-command.ts'

it.each([[undefined], [''], ['/nowhere'], ['/usr/bin:/bin']])(
  'starts a program by its full path whatever the search path is that it is given: %s',
  async (searchPath) => {
    const args = ['-p', 'String(process.env.PATH)']
    const child = await startCommand({ command: process.execPath, args, env: { PATH: searchPath }, memoryMiB: 512 })
    const [said, { code }] = await Promise.all([text(child.stdout), child.exited])
    await child.stop(0)
    expect([said.trim(), code]).toEqual([String(searchPath), 0])
  },
)
