import { MetaError } from '../../errors/meta-error.ts'
import { openProject } from '../../pipeline/files/open-project.ts'
import { type ScriptName, SCRIPTS } from '../../pipeline/files/script-runner.ts'
import { answerSchema, boolean, integer, string, type Gives } from '../answer-schema.ts'
import { fitAnswer } from '../fit-answer.ts'
import { defineTool, objectSchema, serverArgument, WRITES } from '../meta-tool.ts'

/** Of what it said, the beginning and the end: 1,000 and 2,000 tokens. */
const [HEAD, TAIL] = [3_000, 6_000]

/** None where it was killed. */
const exitStatus: Gives<number | null> = { type: ['integer', 'null'] }

interface Input {
  readonly server: string
  readonly script: ScriptName
}

export const runScript = defineTool({
  name: 'run_script',
  title: 'Run a script',
  description: "Runs a script of a server's project as it is now, without network and secrets.",
  inputSchema: objectSchema({ server: serverArgument, script: { type: 'string', enum: [...SCRIPTS] } }, [
    'server',
    'script',
  ]),
  outputSchema: answerSchema(
    ['exit_code', 'output'],
    { server: string, script: string, exit_code: exitStatus, ms: integer, output: string },
    { shortened: boolean },
  ),
  scope: 'write',
  annotations: { ...WRITES, idempotentHint: true },
  async run({ server, script }: Input, { services, principal: { tenantId }, signal, progress }) {
    const { files } = await openProject(server, services, tenantId, signal)
    progress(`Running ${script} of ${server}.`)
    const { exitCode, output, isCut, ms, ended } = await services.scripts.run(files, script, tenantId, signal)
    if (ended === 'time' || ended === 'memory') {
      throw new MetaError(
        'LIMIT_EXCEEDED',
        `"${script}" of "${server}" was killed after ${ms} ms: too much ${ended}. It said: ${shorten(output)}`,
        'Make it do less; read_file shows what it runs.',
      )
    }
    const how = exitCode === 0 ? 'went well' : `failed with exit code ${exitCode ?? 'none: it was killed'}`
    return fitAnswer({
      text: `"${script}" of "${server}" ${how}, after ${ms} ms.`,
      structured: {
        server,
        script,
        exit_code: exitCode,
        ms,
        output: shorten(output),
        ...(isCut && { shortened: true }),
      },
      ...(exitCode === 0 && { next: [{ tool: 'deploy', arguments: { server } }] }),
    })
  },
})

function shorten(output: string): string {
  if (output.length <= HEAD + TAIL) return output
  return `${output.slice(0, HEAD)}\n…\n${output.slice(-TAIL)}`
}
