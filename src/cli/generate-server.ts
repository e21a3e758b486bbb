import path from 'node:path'
import { loadConfig } from '../config/load-config.ts'
import { askDaemon } from '../daemon/ask-daemon.ts'
import { ensureDaemon } from '../daemon/ensure-daemon.ts'
import type { ProjectFiles } from '../model/project-files.ts'
import { writeFiles } from '../pipeline/workshop/project-folder.ts'
import { refuseFull } from './generate.ts'
import { readAnswer } from './read-answer.ts'

/** Writes the project of a server that mcpwright has, as its next version would be, to take away or to edit. */
export async function generateServer(
  { server, out }: { readonly server: string; readonly out: string },
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const folder = path.resolve(out)
  await refuseFull(folder)
  const daemon = await ensureDaemon(loadConfig(environment), environment)
  const { files } = readAnswer<{ files: ProjectFiles }>(
    await askDaemon(daemon, `/control/servers/${encodeURIComponent(server)}/project`, { timeoutMs: 60_000 }),
  )
  await writeFiles(folder, files)
  const place = path.relative(process.cwd(), folder) || '.'
  console.log(`${Object.keys(files).length} files of "${server}" are in ${folder}.`)
  console.log(
    `Next: cd ${place} && npm install && npm start; or edit it, and: mcpwright adopt ${place} --server ${server}`,
  )
}
