/** Run as a short-lived process: makes the PostgreSQL files in the directory that its argument names. */
import { PGlite } from '@electric-sql/pglite'

const [, , directory] = process.argv
if (directory === undefined) throw new Error('initialise-cluster needs a directory.')
const pglite = await PGlite.create(directory)
await pglite.close()
