import { gzipSync } from 'node:zlib'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import type { Figure } from '../figure.ts'

/** Lazily loaded parts, by how the names of their modules begin. */
const PARTS = {
  sessions: ['session-', 'served-object-'],
  tasks: ['task-front-', 'task-object-'],
  oauth: ['oauth-'],
  login: ['login-'],
  search: ['tool-index-'],
}

/** Of the modules of a Worker, each compressed by itself, as Cloudflare's limit counts them. */
export function measureBundle(modules: ProjectFiles): Figure[] {
  const names = Object.keys(modules)
  const core = loadedBy(['worker.mjs'], modules)
  const part = (beginnings: readonly string[]) => {
    const entries = names.filter((name) => beginnings.some((beginning) => name.startsWith(beginning)))
    if (entries.length === 0) throw new Error(`No module begins with ${beginnings.join(' or ')}.`)
    return [...loadedBy(entries, modules)].filter((name) => !core.has(name))
  }
  return [
    figure('what every server loads, without its operations', [...core], modules, 130),
    figure('besides, with `sessions`', part(PARTS.sessions), modules),
    figure('besides, with tools that go on as tasks', part(PARTS.tasks), modules),
    figure('besides, with `oauth`', part(PARTS.oauth), modules),
    figure('besides, with `login`', part(PARTS.login), modules),
    figure('besides, for the exposure `search`', part(PARTS.search), modules),
    figure('twenty operations as data', ['operations.mjs'], modules),
    figure('the whole upload', names, modules),
  ]
}

/** Modules with all that they import at once; `operations.mjs` is data and stands apart. */
function loadedBy(entries: readonly string[], modules: ProjectFiles): Set<string> {
  const found = new Set<string>()
  const waiting = [...entries]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || name === 'operations.mjs') continue
    found.add(name)
    const imports = (modules[name] ?? '').matchAll(/(?:from|import)"\.\/([\w.-]+\.mjs)"/g)
    waiting.push(...Array.from(imports, ([, imported = '']) => imported))
  }
  return found
}

function figure(what: string, names: readonly string[], modules: ProjectFiles, limit?: number): Figure {
  const bytes = names.reduce((sum, name) => sum + gzipSync(modules[name] ?? '').byteLength, 0)
  return { what, unit: 'kB', values: [bytes / 1000], ...(limit !== undefined && { limit }) }
}
