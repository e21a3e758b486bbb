import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { renewProject } from '../../generators/project/renew-project.ts'
import { MetaError } from '../errors/meta-error.ts'
import { fileDifference } from '../model/file-difference.ts'
import { pathInside } from '../model/path-inside.ts'
import { projectSurroundings } from '../pipeline/workshop/package-sources.ts'
import { isCommitted } from './is-committed.ts'
import { type ReadFolder, readProjectFolder } from './read-project-folder.ts'
import { agree, colourDifference, type Terminal } from './terminal.ts'

/**
 * Renews the runtime library and the versions of packages of a written project, and nothing else of it.
 * @returns the exit code: 1 when the person does not want it
 * @throws MetaError FILE_NOT_ALLOWED
 */
export async function upgradeProject(
  given: string,
  { yes }: { readonly yes?: boolean },
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<number> {
  const folder = path.resolve(given)
  const read = await readProjectFolder(folder)
  const renewed = renewProject(read.files, projectSurroundings())
  if (!renewed) throw noProject(given)
  const { changed, unknown } = renewed
  for (const file of unknown) terminal.say(`${file} is not of this library; it stays.`)
  const files = Object.keys(changed)
  if (files.length === 0) {
    terminal.say(`${given} is up to date.`)
    return 0
  }
  refuseLinks(read, files)
  for (const file of files) {
    const difference = fileDifference(file, read.files[file], changed[file]) ?? `${file}: another text altogether`
    terminal.say(terminal.hasColours ? colourDifference(difference) : difference)
  }
  const asks = !(await isCommitted(folder, environment))
  const question = `Write ${files.length === 1 ? 'this file' : `these ${files.length} files`}? Git could not bring back what is there.`
  if (asks && !(await agree(terminal, question, yes))) return 1
  for (const file of files) {
    const place = pathInside(folder, file)
    await mkdir(path.dirname(place), { recursive: true })
    await writeFile(place, changed[file] ?? '')
  }
  terminal.say(`${files.length} files of ${given} are renewed. Next: npm install && npm run typecheck && npm test`)
  return 0
}

/** Nothing is written through a link, to wherever it leads. */
function refuseLinks({ refused }: ReadFolder, files: readonly string[]): void {
  const link = refused.find(({ file }) => files.some((each) => each === file || each.startsWith(`${file}/`)))
  if (link) {
    throw new MetaError('FILE_NOT_ALLOWED', `"${link.file}" is not written: ${link.reason}.`, 'Put a plain file there.')
  }
}

function noProject(folder: string): MetaError {
  return new MetaError(
    'FILE_NOT_ALLOWED',
    `"${folder}" holds no project of mcpwright: a package.json, and the runtime library in src/lib.`,
    'Name the folder that "mcpwright generate" wrote.',
  )
}
