import { lockDataDirectory } from '../../src/db/data-directory-lock.ts'

lockDataDirectory(process.argv[2] ?? '')
// Listening keeps it alive, for as long as the test is.
process.once('disconnect', () => process.exit())
process.send?.('locked')
