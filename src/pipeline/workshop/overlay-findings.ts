import { emitProject } from '../../../generators/project/emit-project.ts'
import { toFindings } from '../../checks/findings.ts'
import { fileDifference } from '../../model/file-difference.ts'
import { outdatedOverlays } from '../../model/file-overlay.ts'
import type { Finding } from '../../model/finding.ts'
import type { ServerDefinition } from '../../model/server-definition.ts'
import { projectSurroundings } from './package-sources.ts'

/** F1: files that were changed by hand, whose generated text has become another since. */
export function overlayFindings(definition: ServerDefinition): readonly Finding[] {
  if (!definition.overlays) return []
  const generated = emitProject({ ...definition, revision: 0 }, projectSurroundings())
  const found = outdatedOverlays(generated, definition.overlays).map(({ path, text }) => ({
    kind: 'file' as const,
    name: path,
    problem: `What is generated there has changed since. ${inShort(path, generated[path], text)}`,
    fix: 'read_file shows both. Say with write_file what the file is to be, or restore: true for the generated one.',
  }))
  return toFindings({ id: 'F1', weight: 'gate' }, found)
}

/** Both versions, as far as a finding has room for them. */
function inShort(path: string, generated: string | undefined, text: string | null): string {
  if (generated === undefined) return 'Nothing is generated there any more.'
  if (text === null) return 'It was deleted by hand.'
  const lines = fileDifference(path, generated, text, 0)?.split('\n').slice(3) ?? []
  const [before, after] = ['-', '+'].map((sign) => lines.filter((line) => line.startsWith(sign)).join(' '))
  return `Generated: ${before?.slice(0, SHOWN) || 'nothing of it'} By hand: ${after?.slice(0, SHOWN) || 'nothing of it'}`
}

/** A finding is short. */
const SHOWN = 115
