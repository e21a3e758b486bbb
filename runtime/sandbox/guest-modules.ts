import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import type { Context, ExternalCopy, Isolate, Module } from 'isolated-vm'

interface GuestSource {
  readonly name: string
  readonly text: string
  /** V8's code cache of our own text; it never holds anything of a run. */
  cache?: ExternalCopy<ArrayBuffer>
}

/** The modules of guest/, which make an isolate look like a web runtime. */
export interface GuestModules {
  /** Evaluates them in a new isolate, before any foreign code. @returns the module `start` */
  load(isolate: Isolate, context: Context): Module
}

/**
 * Reads guest/ once; types are stripped when it holds TypeScript.
 * @param packages  files of packages that it imports, each named as the end of the specifier
 */
export function readGuestModules(packages: readonly string[]): GuestModules {
  const folder = path.join(import.meta.dirname, 'guest')
  const own = readdirSync(folder).filter((name) => /\.[jt]s$/.test(name))
  const files = [...own.map((name) => path.join(folder, name)), ...packages]
  const sources = files.map((file): GuestSource => ({ name: stem(file), text: readSource(file) }))
  return { load: (isolate, context) => loadModules(sources, isolate, context) }
}

function readSource(file: string): string {
  const text = readFileSync(file, 'utf8')
  return file.endsWith('.ts') ? stripTypeScriptTypes(text) : text
}

/** Only our own code is compiled here, so this may block. */
function loadModules(sources: readonly GuestSource[], isolate: Isolate, context: Context): Module {
  const modules = new Map(sources.map((source) => [source.name, compile(source, isolate)]))
  const start = modules.get('start')
  if (!start) throw new Error('guest/start is missing.')
  start.instantiateSync(context, (specifier) => {
    const found = modules.get(stem(specifier))
    if (!found) throw new Error(`guest/ has no module "${specifier}".`)
    return found
  })
  start.evaluateSync()
  return start
}

function compile(source: GuestSource, isolate: Isolate): Module {
  const filename = `guest/${source.name}`
  if (source.cache) return isolate.compileModuleSync(source.text, { filename, cachedData: source.cache })
  // The types do not know that a module tells its cache.
  const module = isolate.compileModuleSync(source.text, { filename, produceCachedData: true }) as Module & {
    readonly cachedData?: ExternalCopy<ArrayBuffer>
  }
  if (module.cachedData) source.cache = module.cachedData
  return module
}

function stem(specifier: string): string {
  return path.basename(specifier).replace(/\.[jt]s$/, '')
}
