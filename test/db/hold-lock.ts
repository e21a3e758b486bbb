import { lockDataDirectory } from '../../src/db/data-directory-lock.ts'

lockDataDirectory(process.argv[2] ?? '')
process.send?.('locked')
