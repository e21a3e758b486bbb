import type { Command } from 'commander'
import { openTerminal } from '../terminal.ts'
import { addToolOptions, type GivenOptions, readToolOptions } from './tool-options.ts'
import { describedTools, inputSchemaOf, type Verb, verbs } from './verb.ts'

/** The meta tools as commands: each under `call`, the most used ones by a short name too. */
export function addVerbs(program: Command, environment: NodeJS.ProcessEnv): void {
  for (const verb of verbs) if (!verb.isOwnCommand) addVerb(program, verb, environment)
  addList(program, environment)
  addDeploy(program, environment)
  addLogs(program, environment)
  const call = program
    .command('call')
    .description('call any meta tool: the same that a chat has')
    .addHelpText('after', '\nEach has its own help: mcpwright call deploy --help')
  for (const { name, title, description, inputSchema } of describedTools()) {
    const command = call.command(name).summary(title.toLowerCase()).description(description)
    addToolOptions(command, inputSchema)
    addOutputOptions(command).action(async (options: GivenOptions) => {
      const { runTool } = await import('./run-tool.ts')
      process.exitCode = await runTool(name, readToolOptions(inputSchema, options), runOptions(options, environment))
    })
  }
}

function addVerb(
  program: Command,
  { name, tool, description, positional }: Verb,
  environment: NodeJS.ProcessEnv,
): void {
  const command = program.command(name).description(description)
  const inputSchema = inputSchemaOf(tool)
  for (const argument of positional) command.argument(`<${argument}>`)
  addToolOptions(command, inputSchema, positional)
  addOutputOptions(command).action(async (...given: unknown[]) => {
    // Commander hands over the words in their places, then the options.
    const words = Object.fromEntries(positional.map((argument, place) => [argument, String(given[place])]))
    const options = given[positional.length] as GivenOptions
    const input = readToolOptions(inputSchema, options, words)
    process.exitCode = await (await import('./run-tool.ts')).runTool(tool, input, runOptions(options, environment))
  })
}

function addList(program: Command, environment: NodeJS.ProcessEnv): void {
  const inputSchema = inputSchemaOf('list_servers')
  const command = program.command('ls').description('list servers')
  addToolOptions(command, inputSchema)
  addOutputOptions(command).action(async (options: GivenOptions) => {
    const { listServers } = await import('./list-servers.ts')
    process.exitCode = await listServers(readToolOptions(inputSchema, options), runOptions(options, environment))
  })
}

function addDeploy(program: Command, environment: NodeJS.ProcessEnv): void {
  const inputSchema = inputSchemaOf('deploy')
  const command = program
    .command('deploy')
    .description('build a server and bring it up')
    .argument('[server]')
    .option('--outdated', 'all servers that run on an older runtime library, in the place of one')
  addToolOptions(command, inputSchema, ['server'])
  addOutputOptions(command).action(
    async (server: string | undefined, options: GivenOptions & { outdated?: boolean }, self: Command) => {
      const how = runOptions(options, environment)
      if (options.outdated && server === undefined) {
        process.exitCode = await (await import('./deploy-outdated.ts')).deployOutdated(how)
      } else if (server === undefined || options.outdated) {
        self.error('error: give the name of a server, or --outdated')
      } else {
        const input = readToolOptions(inputSchema, options, { server })
        process.exitCode = await (await import('./run-tool.ts')).runTool('deploy', input, how)
      }
    },
  )
}

function addLogs(program: Command, environment: NodeJS.ProcessEnv): void {
  const inputSchema = inputSchemaOf('get_logs')
  const command = program
    .command('logs')
    .description('show what a deployed server has logged')
    .argument('<server>')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
  addToolOptions(command, inputSchema, ['server', 'cursor'])
  addOutputOptions(command).action(async (server: string, options: GivenOptions & { follow?: boolean }) => {
    const leaving = new AbortController()
    process.once('SIGINT', () => leaving.abort())
    const { showLogs } = await import('./follow-logs.ts')
    const input = readToolOptions(inputSchema, options, { server })
    const how = { ...runOptions(options, environment), follow: options.follow, signal: leaving.signal }
    process.exitCode = await showLogs(input, how)
  })
}

function addOutputOptions(command: Command): Command {
  return command.option('--json', 'print the answer as data, for scripts').option('--yes', 'do not ask')
}

function runOptions(options: GivenOptions, environment: NodeJS.ProcessEnv) {
  return { json: options.json === true, yes: options.yes === true, environment, terminal: openTerminal() }
}
