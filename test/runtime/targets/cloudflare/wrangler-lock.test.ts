import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { findWrangler } from '../../../../runtime/targets/cloudflare/wrangler/find-wrangler.ts'
import lock from '../../../../runtime/targets/cloudflare/wrangler/wrangler-lock.json' with { type: 'json' }
import { lockedForWrangler } from '../../../../scripts/locked-for-wrangler.ts'

describe('the pinned wrangler', () => {
  it('is that of this checkout', async () => {
    const registry = { searchPath: '', home: '', network: {} }
    const program = await findWrangler({ wranglers: '/nowhere', registry }, new AbortController().signal)
    expect(program).toMatch(/node_modules\/wrangler\/wrangler-dist\/cli\.js$/)
    expect(program).not.toContain('/nowhere')
  })

  it('is fetched elsewhere by the lock file of the one that is tested here: `npm run lock-wrangler`', () => {
    const own: unknown = JSON.parse(readFileSync('package-lock.json', 'utf8'))
    expect(lock).toEqual(JSON.parse(lockedForWrangler(own)))
  })

  it('asks for the esbuild that mcpwright has, and so is fetched without its binary', () => {
    const own = createRequire(import.meta.url)('esbuild/package.json') as { readonly version: string }
    expect(lock.packages['node_modules/esbuild'].version).toBe(own.version)
  })
})
