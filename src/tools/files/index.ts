import type { MetaTool } from '../meta-tool.ts'
import { deleteFile } from './delete-file.ts'
import { listFiles } from './list-files.ts'
import { readFile } from './read-file.ts'
import { runScript } from './run-script.ts'
import { writeFile } from './write-file.ts'

/** The project as files: a person switches these on, with MCPWRIGHT_FILE_TOOLS=1, and no tool can. */
export const fileTools: readonly MetaTool[] = [listFiles, readFile, writeFile, deleteFile, runScript]
