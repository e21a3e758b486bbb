import { planChanges, storeChanges } from '../../pipeline/files/change-files.ts'
import { fileUnknown, openProject, textAt } from '../../pipeline/files/open-project.ts'
import { confirmArgument, DELETES, defineTool, objectSchema, serverArgument } from '../meta-tool.ts'
import { changeAnswer, describeChange } from './describe-change.ts'

interface Input {
  readonly server: string
  readonly file: string
}

export const deleteFile = defineTool({
  name: 'delete_file',
  title: 'Delete a file',
  description: "Leaves a file out of a server's project. A generated one comes back with write_file and restore.",
  inputSchema: objectSchema(
    { server: serverArgument, file: { type: 'string', maxLength: 200 }, confirm: confirmArgument },
    ['server', 'file'],
  ),
  outputSchema: changeAnswer,
  scope: 'write',
  annotations: DELETES,
  async run({ server, file }: Input, { services, principal: { tenantId }, signal, confirm }) {
    const project = await openProject(server, services, tenantId, signal)
    if (textAt(project.files, file) === undefined) throw fileUnknown(project, file)
    const wanted = new Map([[file, null]])
    const planned = await planChanges(project, wanted, services, signal)
    // What is generated can be had again; what was written by hand can not.
    const isLost = project.overlays.has(file)
    await confirm(`Delete "${file}" of "${server}"?`, isLost ? 'destroys' : 'changes')
    await storeChanges(project, wanted, planned, services)
    return describeChange(project, file, planned)
  },
})
