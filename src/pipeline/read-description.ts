import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { defaults } from '../config/defaults.ts'
import { packageRoot } from '../config/package-root.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { SourceKind } from '../model/api-importer.ts'
import type { Egress } from '../net/egress.ts'
import { type FetchText, looksLikeDescription, probeDescription } from './probe-description.ts'
import type { Services } from './services.ts'

/** Where a description is to be read; exactly one of them. `api` names one of the catalogue. */
export type DescriptionSource =
  | { readonly url: string }
  | { readonly content: string }
  | { readonly file: string }
  | { readonly api: string }

export interface DescriptionText {
  readonly text: string
  /** Relative addresses in it are resolved against this: an http(s) or file URL. Absent for inline text. */
  readonly origin?: string
  /** An OpenAPI Overlay to apply to it. */
  readonly overlay?: string
  /** What it was said to be, where its text does not tell. */
  readonly kind?: SourceKind
}

/** The folders that the client's person has opened besides those of MCPWRIGHT_FILES. */
export type ClientRoots = () => readonly string[]

/**
 * Reads a description; behind a documentation page it is looked for.
 * @throws MetaError DESCRIPTION_TOO_LARGE, FILE_NOT_ALLOWED, DESCRIPTION_UNREADABLE, and those of egress
 */
export async function readDescription(
  source: DescriptionSource,
  { egress, config }: Pick<Services, 'egress' | 'config'>,
  signal: AbortSignal,
  roots: ClientRoots = () => [],
): Promise<DescriptionText> {
  if ('content' in source) {
    refuseTooLarge(Buffer.byteLength(source.content))
    return { text: source.content }
  }
  if ('file' in source) return readFileDescription(source.file, config.files, roots)
  const url = 'api' in source ? await addressOf(source.api) : source.url
  const page = await fetchDescription(url, egress, signal)
  if (looksLikeDescription(page.text) || !looksLikePage(page.text)) return page
  const found = await probeDescription({ url: page.origin, text: page.text }, quietFetch(egress, signal))
  return { text: found.text, origin: found.url }
}

/** Of an API of the catalogue. */
async function addressOf(api: string): Promise<string> {
  const { findApi } = await import('../../generators/catalogue/find-api.ts')
  return findApi(api, path.join(packageRoot(), 'generators', 'catalogue', 'apis.json')).url
}

function looksLikePage(text: string): boolean {
  return /^\s*(<!doctype html|<html|<\?xml[^>]*>\s*<html|<head|<body)/i.test(text)
}

/** What is not there is no reason to stop looking. */
function quietFetch(egress: Egress, signal: AbortSignal): FetchText {
  return async (url) => {
    try {
      const { text, origin } = await fetchDescription(url, egress, signal)
      return { url: origin, text }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof MetaError) return undefined
      throw error
    }
  }
}

async function fetchDescription(
  url: string,
  egress: Egress,
  signal: AbortSignal,
): Promise<{ text: string; origin: string }> {
  const { timeoutMs, redirects } = defaults.egress
  const policy = {
    hosts: 'any' as const,
    caller: 'import',
    timeoutMs,
    redirects,
    answerBytes: defaults.limits.descriptionBytes,
  }
  const headers = [['accept', 'application/json, application/yaml, text/yaml, */*']] as const
  const answer = await egress.request({ url, headers, signal }, policy)
  if (answer.status !== 200) {
    throw new MetaError(
      'DESCRIPTION_UNREADABLE',
      `"${url}" answered ${answer.status}.`,
      'Check the address; it must answer without a login.',
    )
  }
  return { text: new TextDecoder().decode(answer.body), origin: answer.url }
}

/** Reads a document that a description refers to: on its own host, or beside it or below its folder. */
export function referenceLoader(
  origin: string | undefined,
  { egress }: Pick<Services, 'egress'>,
  signal: AbortSignal,
): (url: string) => Promise<string> {
  return async (url) => {
    const own = origin !== undefined && URL.canParse(origin) ? new URL(origin) : undefined
    const wanted = URL.canParse(url) ? new URL(url) : undefined
    if (own?.protocol === 'file:' && wanted?.protocol === 'file:') return readNeighbour(own, wanted)
    if (own && /^https?:$/.test(own.protocol) && wanted?.origin === own.origin) {
      return (await fetchDescription(url, egress, signal)).text
    }
    throw new MetaError(
      'HOST_NOT_ALLOWED',
      `The description refers to "${url}", which is not on its own host.`,
      'Put all parts of it on one host, or into one document.',
    )
  }
}

async function readNeighbour(own: URL, wanted: URL): Promise<string> {
  const folder = path.dirname(await realpath(fileURLToPath(own)))
  return (await readFileDescription(fileURLToPath(wanted), [folder], () => [])).text
}

async function readFileDescription(
  file: string,
  folders: readonly string[],
  roots: ClientRoots,
): Promise<DescriptionText> {
  const resolved = (await findInside(folders, file)) ?? (await findInside(roots(), file))
  if (resolved === undefined || !/\.(json|ya?ml|graphqls?|gql|wsdl|xsd|proto)$/i.test(resolved))
    throw notAllowed(file, folders)
  // What was checked is what is read: a link put there meanwhile is not followed, and a pipe is not waited for.
  await using handle = await open(
    resolved,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  )
  const status = await handle.stat()
  if (!status.isFile()) throw notAllowed(file, folders)
  refuseTooLarge(status.size)
  return { text: await handle.readFile('utf8'), origin: pathToFileURL(resolved).href }
}

function notAllowed(file: string, folders: readonly string[]): MetaError {
  return new MetaError(
    'FILE_NOT_ALLOWED',
    `"${file}" is not a .json, .yaml, .graphql, .wsdl, .xsd or .proto file in a folder that descriptions may be read from.`,
    folders.length > 0
      ? `The folders are: ${folders.join(', ')}, and the roots of the client.`
      : 'A person can allow a folder as a root of the client, or by starting mcpwright with MCPWRIGHT_FILES=/path/to/folder',
  )
}

/**
 * A relative path is one from a folder, since whoever names it does not know where the daemon was started. Real paths
 * are compared, so that no link leads out.
 */
async function findInside(folders: readonly string[], file: string): Promise<string | undefined> {
  for (const folder of folders) {
    const [inside, real] = await Promise.all(
      [folder, path.resolve(folder, file)].map((place) => realpath(place).catch(() => undefined)),
    )
    if (inside !== undefined && real?.startsWith(inside + path.sep)) return real
  }
  return undefined
}

function refuseTooLarge(bytes: number): void {
  const limit = defaults.limits.descriptionBytes
  if (bytes <= limit) return
  throw new MetaError(
    'DESCRIPTION_TOO_LARGE',
    `The description has ${bytes} bytes; at most ${limit} are read.`,
    'Import a smaller part of it.',
  )
}
