export type { Expectation, SavedTest } from '../../runtime/library/saved-test.ts'
