import { Command } from 'commander'
import { openTerminal } from './terminal.ts'
import { addVerbs } from './verbs/add-verbs.ts'
import { MetaError } from '../errors/meta-error.ts'
import { toTerminal } from '../errors/render.ts'
import { ownVersion } from '../daemon/version.ts'

/** Runs one command of a terminal. Exit code 1: it failed, with what to do next on stderr; 2: the words are off. */
export async function runCommand(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const program = createProgram(environment)
  if (words[0] === 'complete') await (await import('./verbs/completion.ts')).addCompletion(program, environment)
  try {
    await program.parseAsync(words.length === 0 ? ['start'] : [...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof MetaError)) throw error
    console.error(toTerminal(error))
    process.exit(1)
  }
}

/** All commands, and what each runs. What a command needs is loaded when it runs. */
export function createProgram(environment: NodeJS.ProcessEnv): Command {
  const program = new Command('mcpwright')
    .description('Builds MCP servers: from an API description to a tool your client can call.')
    .version(ownVersion())
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\n"mcpwright bridge -- command" serves any stdio server over HTTP; "mcpwright bridge --help" says how.' +
        '\n"mcpwright complete bash" (or zsh, fish, powershell) prints what your shell needs to complete these words.' +
        '\nExit codes: 0 done, 1 failed, 2 wrong words, 3 mcpwright does not run (status), 130 interrupted.',
    )
    .exitOverride((exit) => process.exit(exit.exitCode === 0 ? 0 : 2))
  addCommands(program, environment)
  return program
}

function addCommands(program: Command, environment: NodeJS.ProcessEnv): void {
  program
    .command('start')
    .description('make sure that mcpwright runs, and say where it is and what is next (the default)')
    .option('--configurations', "print clients' configurations too, with the token, to paste them by hand")
    .action(async (options: { configurations?: boolean }) => (await import('./start.ts')).start(environment, options))
  program
    .command('setup')
    .description('add mcpwright to the MCP clients of this machine, or take it away; shows the difference and asks')
    .argument('[client...]', 'of those it knows; all that are installed by default')
    .option('--remove', 'take it away again')
    .option('--yes', 'do not ask')
    .option('--force', 'write over an entry of that name which starts something else')
    .action(async (clients: string[], options) => {
      process.exitCode = await (await import('./setup.ts')).setup(clients, options, environment)
    })
  program
    .command('install')
    .description('add a deployed server to the MCP clients of this machine, or take it away')
    .argument('<server>', 'the name of a deployed server')
    .option('--client <client...>', 'of those it knows; all that are installed by default')
    .option('--remove', 'take it away again')
    .option('--yes', 'do not ask')
    .option('--force', 'write over an entry of that name which starts something else')
    .action(async (server: string, options) => {
      process.exitCode = await (await import('./install.ts')).install(server, options, environment)
    })
  program
    .command('serve')
    .description('run in the foreground, over HTTP, until Ctrl-C')
    .action(async () => (await import('./serve.ts')).serve(environment))
  program
    .command('status')
    .description('show whether mcpwright runs, and its servers')
    .option('--json', 'for scripts')
    .action(async (options: { json?: boolean }) => (await import('./status.ts')).showStatus(environment, options))
  program
    .command('stop')
    .description('end mcpwright; its servers come up again with the next start')
    .action(async () => (await import('./status.ts')).stop(environment))
  addService(
    program.command('service').description('keep mcpwright up: after a crash, and after a reboot'),
    environment,
  )
  program
    .command('uninstall')
    .description('end it, take it away from clients and from the service manager, and keep or delete its data')
    .option('--keep-data', 'leave servers, secrets and history for a later installation')
    .option('--delete-data', 'delete them for good')
    .action(async (options: { keepData?: boolean; deleteData?: boolean }) => {
      process.exitCode = await (await import('./uninstall.ts')).uninstall(options, environment)
    })
  remoteOptions(program.command('connect'))
    .description('carry stdio to a deployed server, or to any MCP server by its address, for a client configuration')
    .argument('<server>', 'the name of a deployed server, or an https:// address')
    .option('--transport <how>', 'of an address: auto, streamable-http or sse', 'auto')
    .option('--target <target>', 'of a name: local or cloudflare; here where it is up here')
    .action(async (server: string, options) => (await import('./connect.ts')).connect(server, options, environment))
  remoteOptions(program.command('login'))
    .description('log in to an MCP server before a client needs it')
    .argument('<url>', 'its https:// address')
    .action(async (url: string, options) => (await import('./login.ts')).login(url, options, environment))
  program
    .command('logout')
    .description('forget the login to an MCP server')
    .argument('<url>', 'its https:// address')
    .option('--client-id <id>', 'of the login with a client of your own')
    .action(async (url: string, options) => (await import('./login.ts')).logout(url, options, environment))
  program
    .command('endpoint')
    .description('show the address and token of a deployed server')
    .argument('<server>', 'the name of a deployed server')
    .option('--target <target>', 'where it was deployed: local or cloudflare')
    .action(async (server: string, options: { target?: string }) =>
      (await import('./connect.ts')).showEndpoint(server, options, environment),
    )
  const secret = program.command('secret').description("servers' secrets, which no model sees")
  secret
    .command('rotate')
    .description('encrypt all of them with a new master key; an interrupted run is finished by the next')
    .action(async () => (await import('./secret.ts')).rotateSecrets(environment))
  secret
    .command('set')
    .description('enter one; the value is asked for, or read from standard input')
    .argument('<NAME>', 'the name of the credential: GITHUB_TOKEN')
    .requiredOption('--server <name>', 'the server it is for')
    .option('--host <host>', 'the one host it may be sent to, where the server has several')
    .action(async (name: string, options: { server: string; host?: string }) =>
      (await import('./secret.ts')).setSecret(name, options, environment),
    )
  const inbox = program
    .command('inbox')
    .description('show what waits for you, and a link to the page where you answer it')
    .action(async () => (await import('./inbox.ts')).showInbox(environment))
  inbox
    .command('policy')
    .description('show or set before which calls you are asked')
    .argument('[when]', 'always (whatever changes something), destructive or never')
    .action(async (when: string | undefined) => (await import('./inbox.ts')).confirmPolicy(when, environment))
  program
    .command('run')
    .description('serve a description over stdio at once, with neither daemon nor database')
    .argument('<description>', 'a file or address of an OpenAPI description')
    .option(
      '--base-url <url>',
      'where the API is, instead of what the description says; opens that host, also a local one',
    )
    .option('--expose <how>', 'tools or search; by default tools up to 40 operations')
    .option('--tag <tag...>', 'only operations with one of these tags')
    .option('--preview', 'show what it has and which credentials it needs, and end')
    .addHelpText('after', '\nCredentials are read from environment variables; --preview names them.')
    .action(async (description: string, options) => (await import('./run.ts')).run(description, options, environment))
  addProjectCommands(program, environment)
  program
    .command('backup')
    .description('write everything but the master key into one file')
    .argument('<file>', 'a new file')
    .option('--force', 'write over it')
    .action(async (file: string, options) =>
      (await import('./back-up.ts')).backUp(file, options, environment, openTerminal()),
    )
  program
    .command('export')
    .description("write a server's definition, without secrets, for another machine")
    .argument('<server>')
    .argument('[file]', 'standard output by default')
    .option('--force', 'write over it')
    .action(async (server: string, file: string | undefined, options) =>
      (await import('./move-server.ts')).exportServer(server, file, options, environment, openTerminal()),
    )
  program
    .command('import')
    .description('add a server that another machine exported; shows what it may reach, and asks')
    .argument('<file>')
    .option('--name <name>', 'in the place of its own')
    .option('--yes', 'do not ask')
    .action(async (file: string, options) =>
      (await import('./move-server.ts')).importServer(file, options, environment, openTerminal()),
    )
  program
    .command('restore')
    .description('put a backup, or the copy from before an upgrade, in the place of the data')
    .argument('<from>', 'a file that backup wrote, or a folder of upgrades')
    .option('--yes', 'do not ask')
    .action(async (from: string, options) =>
      (await import('./restore.ts')).restore(from, options, environment, openTerminal()),
    )
  addVerbs(program, environment)
  program
    .command('doctor')
    .description('say what works on this machine')
    .action(async () => (await import('./doctor.ts')).doctor(environment))
}

/** Generated projects in a person's folders. */
function addProjectCommands(program: Command, environment: NodeJS.ProcessEnv): void {
  program
    .command('generate')
    .description('write the project of a description, or of one of your servers')
    .argument('[description]', 'a file or address of an OpenAPI description')
    .requiredOption('--out <dir>', 'an empty or new folder')
    .option('--server <name>', 'one of your servers, in the place of a description')
    .option('--name <name>', 'of the server')
    .option('--base-url <url>', 'where the API is, instead of what the description says')
    .option('--expose <how>', 'tools or search')
    .option('--tag <tag...>', 'only operations with one of these tags')
    .action(async (description: string | undefined, options, self: Command) => {
      if ((description === undefined) === (options.server === undefined)) {
        self.error('error: give a description, or --server')
      } else if (description === undefined) {
        await (await import('./generate-server.ts')).generateServer(options, environment)
      } else {
        await (await import('./generate.ts')).generate(description, options, environment)
      }
    })
  program
    .command('adopt')
    .description('take the edited project of a server back; shows the difference and asks')
    .argument('<dir>', 'its folder')
    .requiredOption('--server <name>', 'the server that it is of')
    .option('--yes', 'do not ask')
    .action(async (folder: string, options: { server: string; yes?: boolean }) => {
      process.exitCode = await (await import('./adopt.ts')).adopt(folder, options, environment, openTerminal())
    })
  program
    .command('upgrade')
    .description('renew the runtime library and package versions of a written project; shows the difference')
    .argument('<dir>', 'its folder; what git cannot bring back is asked about')
    .option('--yes', 'do not ask')
    .action(async (folder: string, options: { yes?: boolean }) => {
      const { upgradeProject } = await import('./upgrade-project.ts')
      process.exitCode = await upgradeProject(folder, options, environment, openTerminal())
    })
}

function addService(service: Command, environment: NodeJS.ProcessEnv): void {
  service
    .command('install')
    .description('let systemd, launchd or Task Scheduler start it at login')
    .option('--env <name...>', 'settings that it gets: NAME with its value here, or NAME=value; it gets no others')
    .option('--yes', 'do not ask')
    .action(async (options: { env?: string[]; yes?: boolean }) =>
      (await import('./service-install.ts')).installService(options, environment),
    )
  service
    .command('remove')
    .description('take it away again; mcpwright then runs when a client needs it')
    .action(async () => void (await (await import('./service.ts')).removeService(environment)))
  service
    .command('status')
    .description('say whether there is one, and what runs')
    .action(async () => {
      process.exitCode = await (await import('./service.ts')).showService(environment)
    })
}

/** How a server across the network is reached. */
function remoteOptions(command: Command): Command {
  return command
    .option('--header <line...>', "sent with each request: 'Name: value'; ${NAME} is an environment variable")
    .option('--scope <scopes>', 'asked for besides those that the server names')
    .option('--client-id <id>', 'of a client that you registered with its authorization server')
    .option('--client-secret-env <NAME>', 'the environment variable with its secret')
    .option('--client-metadata-url <url>', 'the address of a client ID metadata document')
    .option('--callback-port <port>', 'of this machine, where the browser comes back to; any free one by default')
    .option('--allow-http', 'plain http to another machine: tokens can be read on the way')
}
