import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { readHealth } from '../shared/health.ts'
import { upstreams } from '../shared/upstreams.ts'

/** Shows every upstream with how it was when it was last asked. */
export default async function listUpstreams(_input: object, { store }: ToolContext): Promise<object> {
  const health = await readHealth(store)
  return {
    upstreams: upstreams.map(({ name, baseUrl, weight, paths }) => ({
      name,
      base_url: baseUrl,
      weight,
      paths,
      ...(health.has(name) && { health: health.get(name) }),
    })),
  }
}
