import { MetaError } from '../../errors/meta-error.ts'
import { changeOf } from '../../model/file-overlay.ts'
import { fileUnknown, isOutdated, openProject, textAt } from '../../pipeline/files/open-project.ts'
import { decodeCursor, encodeCursor } from '../../registry/cursor.ts'
import { answerSchema, boolean, string } from '../answer-schema.ts'
import { fitAnswer } from '../fit-answer.ts'
import { defineTool, objectSchema, READS, serverArgument } from '../meta-tool.ts'

interface Input {
  readonly server: string
  readonly file: string
  readonly cursor?: string
}

/** Of one answer: text, and difference, about 3,000 and 1,500 tokens. */
const PAGE = 9_000
const LONGEST_DIFFERENCE = 4_500

export const readFile = defineTool({
  name: 'read_file',
  title: 'Read a file',
  description:
    "Reads a file of a server's project; where it was changed by hand, with the difference to the generated one.",
  inputSchema: objectSchema(
    {
      server: serverArgument,
      file: { type: 'string', maxLength: 200, description: '"src/tools/get_book.ts"' },
      cursor: { type: 'string', maxLength: 200 },
    },
    ['server', 'file'],
  ),
  outputSchema: answerSchema(
    ['text', 'next_cursor'],
    { server: string, file: string },
    { text: string, next_cursor: string, change: string, outdated: boolean, difference: string },
  ),
  scope: 'read',
  annotations: READS,
  async run({ server: name, file, cursor }: Input, { services, principal: { tenantId }, signal }) {
    const project = await openProject(name, services, tenantId, signal)
    const overlay = project.overlays.get(file)
    const text = textAt(project.files, file)
    if (text === undefined && !overlay) throw fileUnknown(project, file)
    const from = cursor === undefined ? 0 : placeOf(cursor, file, text ?? '')
    const until = from + PAGE
    const outdated = isOutdated(project, file)
    const { fileDifference } = await import('../../model/file-difference.ts')
    const difference = overlay && from === 0 ? fileDifference(file, textAt(project.generated, file), text) : undefined
    const change = overlay ? ` It was ${changeOf(overlay)} by hand.` : ''
    return fitAnswer({
      text: `${file} of "${name}".${change}${outdated ? ' What is generated there has changed since: the difference shows both.' : ''}`,
      structured: {
        server: name,
        file,
        ...(text !== undefined && { text: text.slice(from, until) }),
        ...(text !== undefined && text.length > until && { next_cursor: cursorAt(until, text) }),
        ...(overlay && { change: changeOf(overlay) }),
        ...(outdated && { outdated }),
        ...(difference !== undefined && { difference: difference.slice(0, LONGEST_DIFFERENCE) }),
      },
    })
  },
})

function cursorAt(offset: number, text: string): string {
  return encodeCursor([String(offset), String(text.length)])
}

/** @throws MetaError ARGUMENTS_INVALID when the file has become another since */
function placeOf(cursor: string, file: string, text: string): number {
  const [offset = '', length] = decodeCursor(cursor, 2)
  const place = Number(offset)
  if (length === String(text.length) && Number.isInteger(place) && place >= 0) return place
  throw new MetaError('ARGUMENTS_INVALID', `"${file}" has changed since that page.`, 'Read it anew, without cursor.')
}
