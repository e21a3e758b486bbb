import { MetaError } from '../../errors/meta-error.ts'
import { applyEdit, type Edit } from '../../pipeline/apply-edit.ts'
import { planChanges, storeChanges } from '../../pipeline/files/change-files.ts'
import { fileUnknown, openProject, type OpenedProject, textAt } from '../../pipeline/files/open-project.ts'
import { confirmArgument, defineTool, objectSchema, serverArgument, WRITES } from '../meta-tool.ts'
import { changeAnswer, describeChange } from './describe-change.ts'

interface Input {
  readonly server: string
  readonly file: string
  readonly text?: string
  readonly edits?: readonly Edit[]
  readonly restore?: boolean
}

export const writeFile = defineTool({
  name: 'write_file',
  title: 'Write a file',
  description:
    "Changes or adds a file of a server's project, over what is generated: text, edits, or restore. The next deploy has it.",
  inputSchema: objectSchema(
    {
      server: serverArgument,
      file: { type: 'string', maxLength: 200 },
      text: { type: 'string', maxLength: 300_000, description: 'The whole of it.' },
      edits: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        items: objectSchema({ old: { type: 'string', minLength: 1 }, new: { type: 'string' } }, ['old', 'new']),
        description: 'Pieces that are there once, and what takes their place.',
      },
      restore: { type: 'boolean', description: 'As it is generated.' },
      confirm: confirmArgument,
    },
    ['server', 'file'],
  ),
  outputSchema: changeAnswer,
  scope: 'write',
  annotations: { ...WRITES, idempotentHint: true },
  async run(input: Input, { services, principal: { tenantId }, signal }) {
    const project = await openProject(input.server, services, tenantId, signal)
    const wanted = new Map([[input.file, wantedText(input, project)]])
    const planned = await planChanges(project, wanted, services, signal)
    await storeChanges(project, wanted, planned, services)
    return describeChange(project, input.file, planned)
  },
})

/** @throws MetaError ARGUMENTS_INVALID, FILE_UNKNOWN */
function wantedText({ file, text, edits, restore = false }: Input, project: OpenedProject): string | undefined {
  if ([text !== undefined, edits !== undefined, restore].filter(Boolean).length !== 1) {
    throw new MetaError('ARGUMENTS_INVALID', 'write_file takes one of text, edits and restore.', 'Give one of them.')
  }
  const there = textAt(project.files, file)
  if (text !== undefined) return text
  if (restore && (there !== undefined || project.overlays.has(file))) return undefined
  if (there === undefined) throw fileUnknown(project, file)
  return (edits ?? []).reduce((whole, edit) => applyEdit(edit, whole, `"${file}"`), there)
}
