export type { Expectation, SavedTest } from '../../runtime/library/saved-test.ts'

/** Where a project keeps its saved tests; a build reads them from there. */
export const SAVED_TESTS = 'test/saved-tests.json'
