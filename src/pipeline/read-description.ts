import { open, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Egress } from '../net/egress.ts'
import type { Services } from './services.ts'

/** Where a description is to be read; exactly one of them. */
export type DescriptionSource = { readonly url: string } | { readonly content: string } | { readonly file: string }

export interface DescriptionText {
  readonly text: string
  /** Relative addresses in it are resolved against this. Absent for inline text. */
  readonly origin?: string
  /** An OpenAPI Overlay to apply to it. */
  readonly overlay?: string
}

/** @throws MetaError DESCRIPTION_TOO_LARGE, FILE_NOT_ALLOWED, DESCRIPTION_UNREADABLE, and those of egress */
export async function readDescription(
  source: DescriptionSource,
  { egress, config }: Pick<Services, 'egress' | 'config'>,
  signal: AbortSignal,
): Promise<DescriptionText> {
  if ('content' in source) {
    refuseTooLarge(Buffer.byteLength(source.content))
    return { text: source.content }
  }
  if ('file' in source)
    return { text: await readAllowedFile(source.file, config.files), origin: `file:${path.basename(source.file)}` }
  return fetchDescription(source.url, egress, signal)
}

async function fetchDescription(url: string, egress: Egress, signal: AbortSignal): Promise<DescriptionText> {
  const { timeoutMs, redirects } = defaults.egress
  const policy = { hosts: 'any' as const, timeoutMs, redirects, answerBytes: defaults.limits.descriptionBytes }
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

/** Reads a document that a description refers to: on the description's own host only. */
export function referenceLoader(
  origin: string | undefined,
  { egress }: Pick<Services, 'egress'>,
  signal: AbortSignal,
): (url: string) => Promise<string> {
  return async (url) => {
    const own = origin !== undefined && URL.canParse(origin) ? new URL(origin) : undefined
    if (!own || !/^https?:$/.test(own.protocol) || !URL.canParse(url) || new URL(url).origin !== own.origin) {
      throw new MetaError(
        'HOST_NOT_ALLOWED',
        `The description refers to "${url}", which is not on its own host.`,
        'Put all parts of it on one host, or into one document.',
      )
    }
    return (await fetchDescription(url, egress, signal)).text
  }
}

async function readAllowedFile(file: string, folders: readonly string[]): Promise<string> {
  const resolved = await realpath(path.resolve(file)).catch(() => undefined)
  const allowed = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)))
  const isInside = resolved !== undefined && allowed.some((folder) => resolved.startsWith(folder + path.sep))
  if (!isInside || !/\.(json|ya?ml)$/i.test(resolved)) {
    throw new MetaError(
      'FILE_NOT_ALLOWED',
      `"${file}" is not a .json or .yaml file in a folder that descriptions may be read from.`,
      folders.length > 0
        ? `The folders are: ${folders.join(', ')}.`
        : 'A person can allow a folder by starting mcpwright with MCPWRIGHT_FILES=/path/to/folder',
    )
  }
  refuseTooLarge((await stat(resolved)).size)
  await using handle = await open(resolved, 'r')
  return handle.readFile('utf8')
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
