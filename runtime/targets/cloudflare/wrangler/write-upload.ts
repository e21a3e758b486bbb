import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import type { WorkerUpload } from './wrangler.ts'

/** What of wrangler.jsonc describes the Worker on the platform, and leads to nothing but what was made for it. */
const DESCRIBES = keys(`
  compatibility_date compatibility_flags d1_databases durable_objects kv_namespaces limits migrations name observability
  placement preview_urls ratelimits vars version_metadata workers_dev`)

/** What is about bundling and developing: that has been done. */
const BUNDLES = keys(`
  $schema alias base_dir define dev find_additional_modules jsx_factory jsx_fragment keep_names main minify no_bundle
  preserve_file_names rules send_metrics tsconfig upload_source_maps`)

/**
 * Writes what wrangler uploads into a folder of its own; the files of secrets and configuration are the owner's alone.
 * @returns the words that name them
 * @throws MetaError TARGET_REFUSED for a configuration that would run programs or read other files here
 */
export async function writeUpload(
  folder: string,
  { config, modules, secrets, reaches }: WorkerUpload,
): Promise<string[]> {
  const described = { ...readConfig(config), ...reaches }
  await mkdir(path.join(folder, 'modules'), { mode: 0o700 })
  for (const [name, text] of Object.entries(modules)) {
    if (!/^[\w-]+(\.[\w-]+)*\.mjs$/.test(name)) throw new Error(`A module can't be named "${name}".`)
    await writeFile(path.join(folder, 'modules', name), text)
  }
  const whole = {
    ...described,
    main: 'modules/worker.mjs',
    no_bundle: true,
    base_dir: 'modules',
    find_additional_modules: true,
    rules: [{ type: 'ESModule', globs: ['**/*.mjs'] }],
    dependencies_instrumentation: { enabled: false },
  }
  await writeFile(path.join(folder, 'wrangler.json'), JSON.stringify(whole), { mode: 0o600 })
  if (Object.keys(secrets).length === 0) return ['--config', 'wrangler.json']
  await writeFile(path.join(folder, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 })
  return ['--config', 'wrangler.json', '--secrets-file', 'secrets.json']
}

/**
 * Others start programs and send files of this machine (`build`, `assets`, `containers`), or lead to other things of the
 * account (`services`, `r2_buckets`, `queues`, `routes`): the file may have been changed by a model.
 */
function readConfig(config: WorkerUpload['config']): Record<string, unknown> {
  const kept = Object.entries(config).filter(([key]) => !BUNDLES.has(key))
  const refused = kept.filter(([key, value]) => !DESCRIBES.has(key) && !isInheriting(key, value))
  if (refused.length === 0) return Object.fromEntries(kept)
  throw new MetaError(
    'TARGET_REFUSED',
    `wrangler.jsonc has ${refused.map(([key]) => `"${key}"`).join(', ')}, which mcpwright does not hand on.`,
    "Take it out of wrangler.jsonc; a binding to something else of the account can be added to the Worker in Cloudflare's dashboard, and later deploys keep it. Or deploy the project by hand with `npx wrangler deploy`.",
  )
}

/** `unsafe` is taken where it does nothing but keep bindings that somebody else gave the Worker. */
function isInheriting(key: string, value: unknown): boolean {
  if (key !== 'unsafe' || typeof value !== 'object' || value === null) return false
  const { bindings, ...others } = value as { readonly bindings?: unknown }
  if (!Array.isArray(bindings) || Object.keys(others).length > 0) return false
  return bindings.every((binding: unknown) => {
    return typeof binding === 'object' && binding !== null && 'type' in binding && binding.type === 'inherit'
  })
}

function keys(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
