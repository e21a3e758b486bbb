import { lockDataDirectory } from '../../src/db/data-directory-lock.ts'

await lockDataDirectory(process.argv[2] ?? '')
process.send?.('locked')
