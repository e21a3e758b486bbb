import type { BuildWithFiles } from '../../model/build.ts'
import type { BuildContents } from '../../model/build-contents.ts'
import { SAVED_TESTS, type SavedTest } from '../../model/saved-test.ts'

/** A saved call of a build that changes nothing and went well: safe to make at a version that is being tried. */
export function trialCallOf(
  { files }: Pick<BuildWithFiles, 'files'>,
  effects: BuildContents['effects'],
): Pick<SavedTest, 'tool' | 'input'> | undefined {
  // The checks of the build have read it before.
  const tests = JSON.parse(files[SAVED_TESTS] ?? '[]') as readonly SavedTest[]
  return tests.find(({ tool, expected }) => effects[tool] === 'read' && !expected.isError)
}
