import path from 'node:path'
import type { StartChild } from '../../bridge/serve/child.ts'
import { startCommand } from '../../runtime/supervisor/start-command.ts'

/** Starts the echo server over stdio. */
export const startEcho: StartChild = () =>
  startCommand({
    command: process.execPath,
    args: [path.join(import.meta.dirname, 'stdio-main.ts')],
    env: { PATH: process.env['PATH'] },
    memoryMiB: 512,
  })
