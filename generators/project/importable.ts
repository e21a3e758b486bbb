import { nearestName } from '../../runtime/library/nearest-name.ts'

/**
 * Packages that hand-written code may import. They are plain JavaScript over web APIs, pinned in mcpwright's own
 * package.json, and bundled into what runs; a project that was taken away gets the same versions.
 */
export const IMPORTABLE_PACKAGES = ['croner', 'date-fns', 'fast-xml-parser', 'jose', 'yaml', 'zod'] as const
export type ImportablePackage = (typeof IMPORTABLE_PACKAGES)[number]

/** The package that a specifier names: `date-fns/addDays` is `date-fns`. */
export function importedPackage(specifier: string): ImportablePackage | undefined {
  return IMPORTABLE_PACKAGES.find((name) => specifier === name || specifier.startsWith(`${name}/`))
}

/** Whether it names code that one server shares: `../shared/money.ts`, or `./money.ts` from a shared file. */
export function isSharedFile(specifier: string): boolean {
  return /^(?:\.\.\/shared|\.)\/[a-z][a-z0-9-]{0,60}\.ts$/.test(specifier)
}

/** What to do instead of importing something that is not there. */
export function alternativeTo(specifier: string): string {
  const name = specifier.replace(/^node:/, '')
  const known = Object.hasOwn(ALTERNATIVES, name) ? ALTERNATIVES[name] : undefined
  if (known !== undefined) return `Use ${known}.`
  const near = nearestName(name, IMPORTABLE_PACKAGES)
  const list = `Packages that can be imported: ${IMPORTABLE_PACKAGES.join(', ')}; files of the server: "../shared/NAME.ts".`
  return near === undefined ? `${list} Else use web APIs and the context.` : `Did you mean "${near}"? ${list}`
}

const ALTERNATIVES: Readonly<Record<string, string>> = {
  axios: 'fetch, which is there already',
  got: 'fetch, which is there already',
  'node-fetch': 'fetch, which is there already',
  undici: 'fetch, which is there already',
  http: 'fetch, which is there already',
  https: 'fetch, which is there already',
  crypto: 'the global crypto: crypto.randomUUID(), crypto.subtle.digest(…)',
  uuid: 'crypto.randomUUID()',
  fs: 'store for values that last, or add_resource for texts; there are no files',
  'fs/promises': 'store for values that last, or add_resource for texts; there are no files',
  path: 'URL, or plain text functions; there are no files',
  child_process: 'fetch to a service that does it; there are no processes',
  buffer: 'Uint8Array, TextEncoder, atob and btoa',
  url: 'the global URL',
  util: 'the global TextEncoder, TextDecoder and structuredClone',
  'timers/promises': 'setTimeout in a promise',
  lodash: 'plain JavaScript: map, filter, Object.groupBy, structuredClone',
  moment: 'date-fns, which can be imported',
  dayjs: 'date-fns, which can be imported',
  luxon: 'date-fns, which can be imported',
  'node-cron': 'croner, which can be imported, with schedule of the context',
  'cron-parser': 'croner, which can be imported',
  'js-yaml': 'yaml, which can be imported',
  xml2js: 'fast-xml-parser, which can be imported',
  jsonwebtoken: 'jose, which can be imported',
  joi: 'zod, which can be imported',
  ajv: 'zod, which can be imported; arguments are checked by the tool’s own schema before the code runs',
}
