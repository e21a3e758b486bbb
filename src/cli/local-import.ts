import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { importers } from '../../generators/importers/index.ts'
import { defaults } from '../config/defaults.ts'
import { loadConfig } from '../config/load-config.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ImportedApi } from '../model/api-importer.ts'
import { hostsOfCall } from '../model/server-hosts.ts'
import { hostAndPort } from '../net/address.ts'
import { createEgress, type Egress } from '../net/egress.ts'
import { readDescription, referenceLoader } from '../pipeline/read-description.ts'

export interface ImportOptions {
  readonly baseUrl?: string
  readonly tag?: readonly string[]
}

export interface LocalImport {
  readonly api: ImportedApi
  /** Reaches the API's hosts, those on this machine too: naming them on the command line is the person's leave. */
  readonly egress: Egress
  readonly hosts: ReadonlySet<string>
}

/** Reads a description in this process, for commands that need neither daemon nor database. */
export async function importLocally(
  description: string,
  options: ImportOptions,
  environment: NodeJS.ProcessEnv,
): Promise<LocalImport> {
  const config = loadConfig(environment)
  const isUrl = /^https?:\/\//.test(description)
  const opened = isUrl ? [hostAndPort(new URL(description))] : []
  const reading = createEgress({ ...config.network, allowLocal: new Set([...config.allowLocal, ...opened]) })
  const { text, origin } = isUrl
    ? await readDescription(
        { url: description },
        { egress: reading, config },
        AbortSignal.timeout(defaults.egress.timeoutMs),
      )
    : await readLocalFile(description)
  const importer = importers.find((candidate) => candidate.recognizes(text)) ?? importers[0]
  if (!importer) throw new Error('There are no importers.')
  const api = await importer.read(text, {
    ...(origin !== undefined && { origin }),
    ...(options.baseUrl !== undefined && { baseUrl: options.baseUrl }),
    loadReference: referenceLoader(origin, { egress: reading }, AbortSignal.timeout(defaults.egress.timeoutMs)),
  })
  await reading.close()
  const { tag } = options
  const operations = tag ? api.operations.filter(({ tags }) => tags.some((each) => tag.includes(each))) : api.operations
  if (operations.length === 0) throw nothingLeft(api, tag)
  const urls = operations.flatMap(({ call }) => call.servers.map(({ url }) => url)).filter((url) => URL.canParse(url))
  const fromPerson = isUrl && options.baseUrl === undefined ? [] : urls.map((url) => hostAndPort(new URL(url)))
  return {
    api: { ...api, operations },
    egress: createEgress({ ...config.network, allowLocal: new Set([...config.allowLocal, ...fromPerson]) }),
    hosts: new Set([
      ...operations.flatMap(({ call }) => hostsOfCall(call)),
      ...api.credentials.flatMap((credential) => credential.hosts),
    ]),
  }
}

function nothingLeft(api: ImportedApi, tag: readonly string[] | undefined): MetaError {
  const tags = [...new Set(api.operations.flatMap((operation) => operation.tags))]
  return new MetaError(
    'NOTHING_SELECTED',
    tag
      ? `No operation of "${api.title}" has the tag ${tag.map((each) => `"${each}"`).join(' or ')}.`
      : `"${api.title}" has no operation that can be used.`,
    tag
      ? `Its tags are: ${tags.join(', ')}.`
      : api.skipped
          .slice(0, 5)
          .map(({ pointer, reason }) => `${pointer}: ${reason}`)
          .join('; ') || 'Check the description.',
  )
}

async function readLocalFile(file: string): Promise<{ text: string; origin: string }> {
  const resolved = path.resolve(file)
  try {
    return { text: await readFile(resolved, 'utf8'), origin: pathToFileURL(resolved).href }
  } catch (cause) {
    throw new MetaError(
      'DESCRIPTION_UNREADABLE',
      `"${file}" can not be read.`,
      'Give the path of a JSON or YAML file, or an https:// address.',
      { cause },
    )
  }
}
