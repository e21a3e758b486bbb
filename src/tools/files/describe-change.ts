import { changeOf } from '../../model/file-overlay.ts'
import { placeOf } from '../../model/overlay-path.ts'
import type { ChangedFiles } from '../../pipeline/files/change-files.ts'
import { type OpenedProject, textAt } from '../../pipeline/files/open-project.ts'
import { defaults } from '../../config/defaults.ts'
import { answerSchema, string, type Gives } from '../answer-schema.ts'
import { fitAnswer } from '../fit-answer.ts'
import type { AnswerOf } from '../meta-tool.ts'

const LONGEST_DIFFERENCE = 3_000
const PROBLEMS = 5

const verdict: Gives<'ok' | readonly string[]> = { type: ['string', 'array'] }

export const changeAnswer = answerSchema(
  ['change', 'types'],
  { server: string, file: string, change: string, types: verdict },
  { runs_in: string, difference: string },
)

/** What became of one file, as a tool answers it. */
export async function describeChange(
  { server: { name: server }, generated }: OpenedProject,
  file: string,
  { overlays, problems }: ChangedFiles,
): Promise<AnswerOf<typeof changeAnswer>> {
  const { fileDifference } = await import('../../model/file-difference.ts')
  const overlay = overlays.find(({ path }) => path === file)
  const difference = overlay && fileDifference(file, textAt(generated, file), overlay.text ?? undefined)
  const what = overlay ? `is ${changeOf(overlay)} by hand` : 'is as it is generated'
  const where =
    overlay && placeOf(file) === 'taken-away'
      ? ' It has its effect in a project that is taken away: the process here runs what is generated.'
      : ''
  const wrong = problems.length > 0 ? ` ${problems.length} problems of types stop a deploy.` : ''
  return fitAnswer(
    {
      text: `"${file}" of "${server}" ${what}.${where}${wrong}`,
      structured: {
        server,
        file,
        change: overlay ? changeOf(overlay) : 'none',
        ...(overlay && { runs_in: placeOf(file) }),
        types: problems.length === 0 ? 'ok' : problems.slice(0, PROBLEMS),
        ...(difference !== undefined && { difference: difference.slice(0, LONGEST_DIFFERENCE) }),
      },
      next: [
        problems.length === 0
          ? { tool: 'deploy', arguments: { server } }
          : { tool: 'read_file', arguments: { server, file } },
      ],
    },
    { most: defaults.limits.answerTokens * 2 },
  )
}
