/** `npm run lock-projects`: takes what generated projects need out of our own lock file, for their lock files. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { lockedForProjects } from './locked-for-projects.ts'

const root = path.resolve(import.meta.dirname, '..')
const lock: unknown = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
const text = JSON.stringify(lockedForProjects(lock), null, 2)
writeFileSync(path.join(root, 'generators', 'project', 'locked-packages.json'), `${text}\n`)
