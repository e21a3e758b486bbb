import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { templates } from '../../generators/templates/index.ts'
import { readAddresses } from '../../generators/templates/read-addresses.ts'
import type { TemplateParts } from '../../generators/templates/template.ts'
import { packageRoot } from '../config/package-root.ts'
import { MetaError } from '../errors/meta-error.ts'

/**
 * The parts of a new server of a template.
 * @throws MetaError ARGUMENTS_INVALID when there is no such template
 */
export function readTemplate(
  template: string,
  { name, description }: { readonly name: string; readonly description: string },
): TemplateParts {
  const found = templates.find((candidate) => candidate.name === template)
  if (!found) {
    const names = templates.map((each) => each.name).join(', ')
    throw new MetaError('ARGUMENTS_INVALID', `There is no template "${template}".`, `Templates: ${names}.`)
  }
  return found.build({ name, description, addresses: readAddresses(description), sources: readSources(template) })
}

/** The code of a template is shipped as it was written: it is what its servers get. */
function readSources(template: string): Record<string, string> {
  const folder = path.join(packageRoot(), 'generators', 'templates', template, 'code')
  const folders = ['tools', 'shared'].flatMap((part) => {
    const files = filesOf(path.join(folder, part))
    return files.map((file): [string, string] => [
      `${part}/${file}`,
      readFileSync(path.join(folder, part, file), 'utf8'),
    ])
  })
  return Object.fromEntries(folders)
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted()
  } catch (error) {
    // A template of declared requests has no code.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
