import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { emitProject } from '../../generators/project/emit-project.ts'
import { MetaError } from '../errors/meta-error.ts'
import { LOCAL_TENANT, type ServerId } from '../model/ids.ts'
import { SERVER_NAME } from '../model/names.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import { defaultExposure } from '../pipeline/import-api.ts'
import { projectSurroundings } from '../pipeline/workshop/package-sources.ts'
import { writeFiles } from '../pipeline/workshop/project-folder.ts'
import { type ImportOptions, importLocally } from './local-import.ts'
import { readExposure } from './run.ts'

export interface GenerateOptions extends ImportOptions {
  readonly out: string
  readonly name?: string
  readonly expose?: string
}

/** Writes the project of a description, to take away. */
export async function generate(
  description: string,
  options: GenerateOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const folder = path.resolve(options.out)
  const name = options.name ?? serverNameOf(path.basename(folder))
  if (!SERVER_NAME.test(name)) {
    throw new MetaError(
      'SERVER_NAME_INVALID',
      `"${name}" is not a server name.`,
      'Give one with --name: lower case, digits and hyphens, 2 to 39 characters.',
    )
  }
  const exposure = readExposure(options.expose)
  await refuseFull(folder)
  const { api, egress } = await importLocally(description, options, environment)
  await egress.close()
  const definition: ServerDefinition = {
    // A project that is written at once has no row in a registry.
    id: '00000000-0000-7000-8000-000000000000' as ServerId,
    tenantId: LOCAL_TENANT,
    name,
    description: api.description || api.title,
    revision: 0,
    exposure: exposure ?? defaultExposure(api.operations, api.operations.length),
    tools: api.operations.map(({ call, source, label: _label, tags: _tags, ...tool }) => ({
      ...tool,
      handler: { kind: 'operation', call, source },
    })),
    resources: [],
    prompts: [],
    credentials: api.credentials,
    connections: [],
  }
  const files = emitProject(definition, projectSurroundings())
  await writeFiles(folder, files)
  console.log(`${Object.keys(files).length} files with ${api.operations.length} tools are in ${folder}.`)
  for (const { pointer, reason } of api.skipped) console.log(`Skipped ${pointer}: ${reason}`)
  console.log(`Next: cd ${path.relative(process.cwd(), folder) || '.'} && npm install && npm start`)
}

/** @throws MetaError FILE_NOT_ALLOWED */
export async function refuseFull(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const found = await readdir(folder)
  if (found.length === 0) return
  throw new MetaError(
    'FILE_NOT_ALLOWED',
    `"${folder}" is not empty: it holds "${found[0]}".`,
    'Give a new or empty folder with --out.',
  )
}

function serverNameOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 39)
}
