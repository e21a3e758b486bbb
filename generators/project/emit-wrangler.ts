import { type Identifier, Node, Project, SyntaxKind } from 'ts-morph'
import { OBJECT_CLASS, OBJECT_MIGRATIONS } from '../../src/model/object-class.ts'
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
    ...(hasTasks(definition) && objectSettings(['MCP_TASKS'])),
  }
}

/**
 * Whether a server's code keeps values or puts calls off: whether it uses the name `store` or `schedule`, other than for
 * a member of its own objects. A variable of that name is taken for one of them, which binds a database that stays empty.
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
  const used = file.getDescendantsOfKind(SyntaxKind.Identifier).filter((identifier) => !namesMember(identifier))
  return used.map((identifier) => identifier.getText())
}

/** `{ store: 1 }`, and the same in a type. */
function namesMember(identifier: Identifier): boolean {
  const parent = identifier.getParent()
  return (Node.isPropertyAssignment(parent) || Node.isPropertySignature(parent)) && parent.getNameNode() === identifier
}

/** Durable Objects, all of one class, by the bindings that lead to them. */
export function objectSettings(names: readonly ('MCP_TASKS' | 'MCP_SESSIONS')[]): object {
  const bindings = names.map((name) => ({ name, class_name: OBJECT_CLASS }))
  return { durable_objects: { bindings }, migrations: OBJECT_MIGRATIONS }
}

/** Whether a call may go on as a task, which on Workers needs an object that outlives its request. */
export function hasTasks({ tools }: ServerDefinition): boolean {
  return tools.some(({ handler }) => handler.kind === 'code' && handler.task !== undefined)
}

/** Whether it gets access tokens, which isolates then share. */
function getsTokens({ credentials }: ServerDefinition): boolean {
  return credentials.some(
    ({ placement }) => placement.type === 'clientCredentials' || placement.type === 'refreshToken',
  )
}
