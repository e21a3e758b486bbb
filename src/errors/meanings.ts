import type { ErrorCode } from './codes.ts'

/** What a code stands for, and what a person does about it: one or two plain sentences each, in Markdown. */
export interface ErrorMeaning {
  readonly means: string
  readonly fix: string
}

/** For the reference: an error itself says both more exactly, with the values at hand. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, ErrorMeaning>> = {
  ARGUMENTS_INVALID: {
    means: 'An argument is missing, unknown, or not what its schema says. Nothing was done.',
    fix: 'Correct what the message names; [tools](tools.md) has every argument.',
  },
  BREAKING_CHANGE: {
    means: 'A description that is read again would take away or change what callers of a deployed server rely on.',
    fix: 'Read the preview. When the callers can take it: `preview: false` and `accept_breaking: true`.',
  },
  BUILD_FAILED: {
    means: 'The project of a server does not compile or does not load. The version that runs is not touched.',
    fix: 'Mend the tool that the message names with `add_tool` and `edits`, then deploy again.',
  },
  CANCELLED: {
    means: 'The work was cancelled before it was done; nothing of it is in effect.',
    fix: 'Ask for it again when it is wanted.',
  },
  CHECK_FAILED: {
    means: 'A finding of `check_server` stops the deploy, such as a text that gives models orders.',
    fix: 'Mend it; or, when a person has read it and wants it so, deploy with its id in `acknowledge`. [Rules](../checks.md).',
  },
  CODE_INVALID: {
    means: 'Hand-written code does not compile. It is kept as a draft; the message has line, column and surroundings.',
    fix: 'Send only the correction: `add_tool` with `edits`. [What code gets](../tool-context.md).',
  },
  CONFIGURATION_INVALID: {
    means: 'A setting, or a certificate that was entered, cannot be read.',
    fix: 'The message names it and what it may be; [settings](settings.md) has all. Then `mcpwright stop` and start again.',
  },
  CONFIRMATION_DECLINED: {
    means: 'A person was asked and said no. Nothing was done.',
    fix: 'Ask them what they want instead.',
  },
  CONFIRMATION_NEEDED: {
    means: 'The call would destroy or replace something, and a person has to agree first. Nothing was done.',
    fix: 'They agree in the chat or with `mcpwright inbox`; on the command line `--yes`. `mcpwright inbox policy` says when you are asked.',
  },
  CONNECTION_NAME_TAKEN: {
    means: 'The server already has a connection of that name to another address.',
    fix: 'Pick another name, or remove the old connection with `remove_item`.',
  },
  CONNECTION_UNKNOWN: {
    means: 'The server has no such connection, or has it no more.',
    fix: '`get_server` lists its connections; `connect_external` makes one.',
  },
  DAEMON_CONFLICT: {
    means: 'The daemon of this data directory runs with another database than this `DATABASE_URL` says.',
    fix: '`mcpwright stop`, then start again; or set `MCPWRIGHT_HOME` to another directory.',
  },
  DAEMON_UNAVAILABLE: {
    means: 'The background process did not come up, or was uninstalled while a client ran.',
    fix: '`mcpwright doctor` says what is broken and where the log is. After an uninstallation: restart the client.',
  },
  DATABASE_UNAVAILABLE: {
    means: 'The database does not answer: the one in the data directory is damaged, or the PostgreSQL is away.',
    fix: 'Check `DATABASE_URL` and that server. For the built-in one start again; if it stays, `mcpwright restore` a backup.',
  },
  DATA_DIRECTORY_LOCKED: {
    means: 'Another process of mcpwright uses the data directory.',
    fix: '`mcpwright stop`, or end that process; two at once need two `MCPWRIGHT_HOME` or one PostgreSQL.',
  },
  DEPLOYMENT_FAILED: {
    means: 'A new version was built but did not start. What ran before still runs.',
    fix: '`mcpwright logs <server> --level error` has its last words; mend the tool and deploy again.',
  },
  DEPLOY_PENDING: {
    means: 'Another version of this server is being deployed right now.',
    fix: 'Wait for it with the call in `next`, then deploy again.',
  },
  DESCRIPTION_INVALID: {
    means: 'The text is no description of an API, or one with a fault that leaves nothing to import.',
    fix: 'The message has the place. Correct it, or mend it on the way with an [overlay](../import.md).',
  },
  DESCRIPTION_TOO_LARGE: {
    means: 'A description, or a body, is larger than is read.',
    fix: 'Import a part of it, and as JSON when it is YAML.',
  },
  DESCRIPTION_UNREADABLE: {
    means: 'The file or address gives nothing that can be read: it is missing, empty, or behind a login.',
    fix: 'Check it in a browser. Behind a login: save it and give `file`, or let the person drop it: `inbox:NAME`.',
  },
  DISK_FULL: {
    means: 'There is no room where mcpwright keeps its data. Nothing was changed.',
    fix: 'Free some space, or move on with `MCPWRIGHT_HOME` on another disk. `cleanup_servers` finds what is not used.',
  },
  FILE_NOT_ALLOWED: {
    means: 'A file is not in a folder that may be read, is not of a kind that is read, or would be written over.',
    fix: 'Put its folder into `MCPWRIGHT_FILES`; on the command line start in that folder. To write over one: `--force`.',
  },
  FILE_UNKNOWN: {
    means: 'The project of the server has no such file.',
    fix: '`list_files` lists them; the message has the nearest path.',
  },
  FORBIDDEN: {
    means: 'The caller may not do this: `read_tool` only calls tools that read, and a page takes only its own forms.',
    fix: 'Use `call_tool`, or open the page again from `mcpwright inbox`.',
  },
  HOST_NOT_ALLOWED: {
    means: 'A server asked for a host that is not its API and was not named with its tool. Nothing was sent.',
    fix: 'Name it in `hosts` of the tool and deploy again; where a person has to agree: `mcpwright inbox`.',
  },
  IMPORT_NOT_ALLOWED: {
    means: 'Code imports a package or file that a server does not have.',
    fix: 'Import files of the project by their relative paths, or one of the packages that the message lists.',
  },
  INTERNAL: {
    means: 'mcpwright met a bug. Its text is only in the log, since it may hold what callers must not see.',
    fix: 'Try once more; if it stays, `mcpwright doctor` names the log.',
  },
  LIMIT_EXCEEDED: {
    means: 'An answer, a text or a number of things is larger than is allowed, or a quota is used up.',
    fix: 'Ask for less: fewer fields, a smaller page. Quotas are [settings](settings.md): `MCPWRIGHT_MAX_…`.',
  },
  LOCAL_HOST_BLOCKED: {
    means: 'The address is on this machine or in a private network, which servers may not reach unasked.',
    fix: 'Start mcpwright with `MCPWRIGHT_ALLOW_LOCAL=host:port`; [how](../how-to/internal-api.md).',
  },
  LOGIN_FAILED: {
    means: 'A login to an API or MCP server was refused, given up or took too long.',
    fix: 'Begin it again: `mcpwright inbox`, or `mcpwright login <address>`.',
  },
  NOTHING_SELECTED: {
    means: 'The selection of an import or connection fits nothing; or a server has nothing to deploy or check yet.',
    fix: 'Select by tag, operation, method or path, which the preview lists; or add something first.',
  },
  OVERLAY_INVALID: {
    means: 'The overlay that should mend a description cannot be applied.',
    fix: 'Correct the action that the message names, or leave the overlay out.',
  },
  PORT_RANGE_FULL: {
    means: 'All ports for deployed servers are in use.',
    fix: 'Stop a server, or widen `MCPWRIGHT_PORT_RANGE`.',
  },
  PROMPT_NAME_TAKEN: {
    means: 'The server already has a prompt of that name.',
    fix: 'Pick another name, pass `replace: true`, or remove the old one with `remove_item`.',
  },
  PROMPT_UNKNOWN: {
    means: 'The server has no such prompt.',
    fix: '`get_server` lists them; the message has the nearest name.',
  },
  RATE_LIMITED: {
    means: 'A server asked one host more often than it may. Nothing was sent.',
    fix: 'Wait as long as the message says, and ask for more at once; or raise `MCPWRIGHT_REQUESTS_PER_MINUTE`.',
  },
  RESOURCE_NAME_TAKEN: {
    means: 'The server already has a resource of that name or URI.',
    fix: 'Pick another, pass `replace: true`, or remove the old one with `remove_item`.',
  },
  RESOURCE_UNKNOWN: {
    means: 'The server has no such resource.',
    fix: '`get_server` lists them; the message has the nearest name.',
  },
  SANDBOX_UNAVAILABLE: {
    means: 'Hand-written code cannot run on this machine. Imported operations and declared requests can.',
    fix: '`mcpwright doctor` says what is missing; often `npm install` again, on a platform that isolated-vm has a build for.',
  },
  SCHEMA_INVALID: {
    means: 'An input or output schema is not JSON Schema 2020-12 with an object at its root.',
    fix: 'Correct it: `{"type": "object", "properties": {…}}`.',
  },
  SCHEMA_NEWER: {
    means: 'The data, or the backup, were written by a newer mcpwright.',
    fix: 'Start the newer one, or [go back](../upgrade.md) with the copy that was taken before the upgrade.',
  },
  SECRET_IN_ARGUMENT: {
    means: 'An argument holds what looks like a key. Nothing was done with it.',
    fix: 'Name the secret and let a person enter it: `request_secrets`. Renew a key that stood in a chat.',
  },
  SECRET_MISSING: {
    means: 'A call needs a secret that nobody has entered for that host.',
    fix: '`mcpwright secret set NAME --server <server>`, or the link that `request_secrets` gives.',
  },
  SERVER_NAME_INVALID: {
    means: 'The name cannot be one of a server.',
    fix: 'Lower case, digits and hyphens, 2 to 39 characters.',
  },
  SERVER_NAME_TAKEN: {
    means: 'There is a server of that name already.',
    fix: 'Go on with it (`get_server`), or pick another name; `mcpwright import` takes `--name`.',
  },
  SERVER_NOT_RUNNING: {
    means: 'The server is a draft, stopped, or not deployed to that target.',
    fix: '`deploy` it; one that was stopped: `start_server`.',
  },
  SERVER_UNKNOWN: {
    means: 'There is no such server, job or deployment, or it belongs to somebody else.',
    fix: '`mcpwright ls` lists them; the message has the nearest name. An archived one: `delete_server` with `restore`.',
  },
  SERVICE_UNAVAILABLE: {
    means: 'No service manager is known here, or it did not take the service.',
    fix: 'Without it, clients start mcpwright when they need it; or let something else run `mcpwright daemon --stay`.',
  },
  SOURCE_UNKNOWN: {
    means: 'There is no description to read again: nothing was imported, or it was given as a text.',
    fix: 'Import first; or give what it is today as `content`, `file` or `url`.',
  },
  TARGET_ACCOUNT_UNCLEAR: {
    means: 'The token reaches several accounts of the platform, or none.',
    fix: 'Deploy again with the `account` that the message lists in `settings`.',
  },
  TARGET_FORBIDDEN: {
    means: 'The platform does not take the token, or it may not do what a deploy needs.',
    fix: 'Make a token with the permissions that the message names, and enter it.',
  },
  TARGET_NOT_PROTECTED: {
    means: 'A server that holds a secret or changes something would be open to everybody.',
    fix: 'Choose a protection in `settings`; or a person agrees on the inbox page.',
  },
  TARGET_REFUSED: {
    means: 'The platform refused what was asked, for the reason in the message. What ran before still runs.',
    fix: 'Mend what the message names, then deploy again. The target `local` has none of these limits.',
  },
  TARGET_TOOL_MISSING: {
    means: "The platform's own program could not be fetched or started.",
    fix: 'See that the npm registry can be reached, then deploy again.',
  },
  TARGET_UNREACHABLE: {
    means: 'The platform did not answer, or said to come back later; it was asked several times.',
    fix: 'Deploy again later. A repeated deploy goes on where this one ended.',
  },
  TOOL_CHANGED: {
    means: 'A connected server changed a tool after a person had allowed it, so it was not called.',
    fix: 'A person compares and allows it anew: `mcpwright inbox`.',
  },
  TEST_FAILED: {
    means: 'Saved tests fail in the new version. The version before still runs.',
    fix: 'Mend the tool. Where the new behaviour is right, save the run anew with `test_tool` and `save_as`.',
  },
  TEST_UNKNOWN: {
    means: 'The server has no saved test of that name.',
    fix: '`get_server` with `include: ["tests"]` lists them.',
  },
  TOOL_FAILED: {
    means: "A tool threw, or the API it asked answered with an error. What it says is other people's text.",
    fix: 'Correct the arguments if that is what it means; else mend the tool and try it with `test_tool`.',
  },
  TOOL_GONE: {
    means: 'A connected server has this tool no more.',
    fix: 'Use another; if it is gone for good, `remove_item` and deploy.',
  },
  TOOL_NAME_TAKEN: {
    means: 'The server already has a tool of that name.',
    fix: 'Pick another name, pass `replace: true`, or remove the old one with `remove_item`.',
  },
  TOOL_UNKNOWN: {
    means: 'There is no such tool, or it is in the draft but not in the version that runs.',
    fix: '`search_tools` finds tools; a new one is there after `deploy`.',
  },
  UNAUTHORIZED: {
    means: 'A bearer token is missing or wrong: that of mcpwright, of a deployed server, or the one an API wants.',
    fix: "`mcpwright endpoint <server>` shows a server's; for an API a person enters another: `request_secrets`.",
  },
  UPSTREAM_UNREACHABLE: {
    means: 'The API, MCP server or authorization server did not answer: no address, refused, a certificate, too slow.',
    fix: "The message says which. A company's own authority: `MCPWRIGHT_CA_FILE`; a proxy: `HTTPS_PROXY`.",
  },
  VERSION_UNKNOWN: {
    means: 'The server has no such version, or was not built yet.',
    fix: '`get_server` with `include: ["versions"]` lists them; the newest ten are kept.',
  },
}
