import type { CompleteRequestParams, CompleteResult } from '@modelcontextprotocol/server'
import type { Sql } from '../db/db.ts'
import type { TenantId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Services } from '../pipeline/services.ts'
import { findBuild, listBuilds, loadBuildById } from '../registry/build-store.ts'
import { findServerByName, listServerNames } from '../registry/server-store.ts'
import { toolNames } from '../registry/tool-store.ts'
import { guides } from './resources/guides.ts'

/** 2026-07-28, server/utilities/completion: at most 100 values. */
const MOST = 100

/** What may be meant by the beginning of an argument: names of servers, of their tools, files and versions, topics. */
export async function complete(
  { ref, argument, context }: CompleteRequestParams,
  { db }: Pick<Services, 'db'>,
  { tenantId }: Principal,
): Promise<CompleteResult> {
  const given = context?.arguments ?? {}
  const kind = ref.type === 'ref/resource' && argument.name === 'name' ? 'server' : argument.name
  const find = Object.hasOwn(FINDERS, kind) ? FINDERS[kind] : undefined
  const known = find ? await db.as(tenantId, (sql) => find(sql, tenantId, given['server'] ?? given['name'] ?? '')) : []
  const begun = argument.value.toLowerCase()
  const fitting = known.filter((value) => value.toLowerCase().startsWith(begun))
  // Whoever remembers the middle of a name finds it too.
  const values = fitting.length > 0 ? fitting : known.filter((value) => value.toLowerCase().includes(begun))
  return {
    completion: { values: values.slice(0, MOST), total: values.length, hasMore: values.length > MOST },
  }
}

type Finder = (sql: Sql, tenantId: TenantId, server: string) => Promise<readonly string[]>

/** By the name of the argument. */
const FINDERS: Readonly<Record<string, Finder>> = {
  server: (sql, tenantId) => listServerNames(sql, tenantId),
  topic: async () => guides.map(({ topic }) => topic),
  async tool(sql, tenantId, name) {
    const server = await findServerByName(sql, tenantId, name)
    return server ? toolNames(sql, tenantId, server.id) : []
  },
  async version(sql, tenantId, name) {
    const server = await findServerByName(sql, tenantId, name)
    const builds = server ? await listBuilds(sql, tenantId, server.id, MOST) : []
    return builds.map(({ version }) => String(version))
  },
  async path(sql, tenantId, name) {
    const server = await findServerByName(sql, tenantId, name)
    const newest = server && (await findBuild(sql, tenantId, server.id, 'latest'))
    const build = newest && (await loadBuildById(sql, tenantId, newest.id))
    return Object.keys({ ...build?.files, ...build?.artefacts })
  },
}
