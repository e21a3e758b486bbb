import { Project, SyntaxKind } from 'ts-morph'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { codeParts } from './code-parts.ts'
import { recurs, TICK_CRON } from './emit-cron.ts'

/**
 * What wrangler.jsonc says. A database or namespace has no id in it: `wrangler deploy` makes those that are missing.
 * https://developers.cloudflare.com/workers/wrangler/configuration/
 */
export function wranglerSettings(definition: ServerDefinition): object {
  const kept = keptBy(definition)
  return {
    name: definition.name,
    main: 'src/entries/worker.ts',
    compatibility_date: '2026-11-01',
    compatibility_flags: ['nodejs_compat'],
    observability: { enabled: true },
    version_metadata: { binding: 'CF_VERSION_METADATA' },
    ...((recurs(definition) || kept.schedule) && { triggers: { crons: [TICK_CRON] } }),
    ...((kept.store || kept.schedule) && {
      d1_databases: [{ binding: 'MCP_STORE', database_name: `${definition.name}-store` }],
    }),
    ...(getsTokens(definition) && { kv_namespaces: [{ binding: 'MCP_CACHE' }] }),
  }
}

/**
 * Whether a server's code keeps values or puts calls off: whether the name `store` or `schedule` occurs in it, comments
 * and texts aside. A variable of that name is taken for one of them, which binds a database that stays empty.
 */
export function keptBy(definition: ServerDefinition): { readonly store: boolean; readonly schedule: boolean } {
  const sources = [...codeParts(definition).map(({ source }) => source), ...Object.values(definition.shared ?? {})]
  const names = new Set(sources.flatMap(identifiersOf))
  return { store: names.has('store'), schedule: names.has('schedule') }
}

const project = new Project({ useInMemoryFileSystem: true })

function identifiersOf(source: string): readonly string[] {
  // Most code needs neither, and parsing it would take longer than looking.
  if (!/\b(store|schedule)\b/.test(source)) return []
  const file = project.createSourceFile('code.ts', source, { overwrite: true })
  return file.getDescendantsOfKind(SyntaxKind.Identifier).map((identifier) => identifier.getText())
}

/** Whether it gets access tokens, which isolates then share. */
function getsTokens({ credentials }: ServerDefinition): boolean {
  return credentials.some(
    ({ placement }) => placement.type === 'clientCredentials' || placement.type === 'refreshToken',
  )
}
