/** Run as a short-lived process: makes the PostgreSQL files in the directory that its argument names. */
import { PGlite } from '@electric-sql/pglite'
import { START_PARAMETERS, useBaselineWasm } from './lean-postgres.ts'

const [, , directory] = process.argv
if (directory === undefined) throw new Error('initialise-cluster needs a directory.')
useBaselineWasm()
const pglite = await PGlite.create(directory, { startParams: START_PARAMETERS })
await pglite.close()
