/** `npm run lock-wrangler`: takes wrangler and what it needs out of our own lock file, for those who fetch it later. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { lockedForWrangler } from './locked-for-wrangler.ts'

const root = path.resolve(import.meta.dirname, '..')
const lock: unknown = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
writeFileSync(path.join(root, 'runtime/targets/cloudflare/wrangler/wrangler-lock.json'), lockedForWrangler(lock))
