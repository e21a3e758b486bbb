import type { Command } from 'commander'
import { createProgram } from '../../src/cli/run-command.ts'
import { table } from './table.ts'

/** Every command with its words and options, as commander knows them. */
export function commandsPage(): string {
  const sections = listCommands(createProgram({})).map(describeCommand)
  return `${HEAD}\n\n${sections.join('\n\n')}\n`
}

interface Named {
  /** Without the name of the program: `inbox policy`. */
  readonly words: string
  readonly command: Command
}

/** Those that do something, in the order of the help. Each meta tool under `call` is on the page of the tools. */
function listCommands(parent: Command, before = ''): readonly Named[] {
  return parent.commands.flatMap((command) => {
    const words = `${before}${command.name()}`
    return command.name() === 'call'
      ? [{ words, command }]
      : [{ words, command }, ...listCommands(command, `${words} `)]
  })
}

function describeCommand({ words, command }: Named): string {
  const places = command.registeredArguments.map((place) => {
    const name = place.variadic ? `${place.name()}...` : place.name()
    return place.required ? ` <${name}>` : ` [${name}]`
  })
  const rows = [
    ...command.registeredArguments.map((place) => [`\`${place.name()}\``, place.description]),
    ...command.options.map((option) => [`\`${option.flags}\``, option.description]),
  ].filter(([, description]) => description !== '')
  const title = `## ${words}\n\n\`mcpwright ${words}${places.join('')}\`: ${command.description()}.`
  return rows.length === 0 ? title : `${title}\n\n${table(['word', 'meaning'], rows)}`
}

const HEAD = `# Commands

Written by \`npm run reference\`. In a checkout \`npx mcpwright …\`, or \`node bin/mcpwright.cjs …\`; with a global
installation \`mcpwright …\`. Without words: in a terminal \`start\`, as a client's child MCP over stdio.
\`mcpwright call <tool>\` calls any of the [tools](tools.md), with their arguments as options:
\`mcpwright call deploy --server library\`. \`mcpwright bridge -- <command>\` serves any stdio server over HTTP
([more](../bridge.md)); \`mcpwright complete bash\` (zsh, fish, powershell) prints what your shell needs to complete
these words.

Exit codes: 0 done, 1 failed, 2 wrong words, 3 mcpwright does not run (\`status\`), 130 interrupted.
\`--json\` prints the answer as data; \`--yes\` answers what would be asked.`
