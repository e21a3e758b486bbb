import { changeOf } from '../../model/file-overlay.ts'
import { isOutdated, openProject, type OpenedProject } from '../../pipeline/files/open-project.ts'
import { decodeCursor, encodeCursor } from '../../registry/cursor.ts'
import { answerSchema, array, string } from '../answer-schema.ts'
import { defineTool, objectSchema, READS, serverArgument } from '../meta-tool.ts'

interface Input {
  readonly server: string
  readonly folder?: string
  readonly cursor?: string
}

const PAGE = 60
/** Large, and the same for every server. */
const LIBRARY = 'src/lib/'

export const listFiles = defineTool({
  name: 'list_files',
  title: 'List files',
  description: "Lists the files of a server's generated project, and what was changed by hand.",
  inputSchema: objectSchema(
    {
      server: serverArgument,
      folder: { type: 'string', maxLength: 200, description: '"src/lib" is listed only when named.' },
      cursor: { type: 'string', maxLength: 600 },
    },
    ['server'],
  ),
  outputSchema: answerSchema(['files', 'next_cursor'], { server: string, files: array }, { next_cursor: string }),
  scope: 'read',
  annotations: READS,
  async run({ server: name, folder, cursor }: Input, { services, principal: { tenantId }, signal }) {
    const project = await openProject(name, services, tenantId, signal)
    const under = folder === undefined ? '' : `${folder.replace(/\/+$/, '')}/`
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1)
    const all = pathsOf(project).filter((path) => path.startsWith(under))
    const shown = all.filter((path) => under !== '' || !path.startsWith(LIBRARY) || project.overlays.has(path))
    const rest = shown.filter((path) => path > after)
    const page = rest.slice(0, PAGE)
    const last = page.at(-1)
    const left = all.length - shown.length
    return {
      text: `${all.length} files, ${project.overlays.size} changed by hand.${left > 0 ? ` ${left} of ${LIBRARY} are left out; name the folder to see them.` : ''}`,
      structured: {
        server: name,
        files: page.map((path) => describeFile(project, path)),
        ...(rest.length > PAGE && last !== undefined && { next_cursor: encodeCursor([last]) }),
      },
    }
  },
})

/** Deleted ones too: what was done to them can be taken back. */
function pathsOf({ files, overlays }: OpenedProject): readonly string[] {
  return [...new Set([...Object.keys(files), ...overlays.keys()])].toSorted()
}

function describeFile(project: OpenedProject, path: string) {
  const overlay = project.overlays.get(path)
  return {
    file: path,
    bytes: Buffer.byteLength(project.files[path] ?? ''),
    ...(overlay && { change: changeOf(overlay) }),
    ...(isOutdated(project, path) && { outdated: true }),
  }
}
