import { MetaError } from '../errors/meta-error.ts'

/** RFC 9110, sections 5.1 and 5.5. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * Reads `--header` options. `${NAME}` in a value stands for an environment variable, so that no secret need stand in a
 * configuration file or in the list of processes.
 * @param lines  each as `Name: value`
 * @returns by name in lower case
 * @throws MetaError ARGUMENTS_INVALID, without the value
 */
export function readHeaders(
  lines: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(lines.map((line) => readHeader(line, environment)))
}

function readHeader(line: string, environment: Readonly<Record<string, string | undefined>>): [string, string] {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0)).trim()
  if (!NAME.test(name)) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      colon === -1 ? 'A --header option has no colon.' : `A --header option has the name "${name}".`,
      "Write it as --header 'Name: value', with ${NAME} for an environment variable.",
    )
  }
  const value = line
    .slice(colon + 1)
    .trim()
    .replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) => read(variable, name, environment))
  if (VALUE.test(value)) return [name.toLowerCase(), value]
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `The value of --header "${name}" holds a line break or another character that a header cannot have.`,
    'Correct it where it is set.',
  )
}

function read(variable: string, header: string, environment: Readonly<Record<string, string | undefined>>): string {
  const value = environment[variable]
  if (value !== undefined) return value
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `--header "${header}" names the environment variable "${variable}", which is not set.`,
    'Set it, in the "env" of the client configuration for example.',
  )
}
