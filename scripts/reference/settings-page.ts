import { settings } from '../../src/config/settings.ts'
import { table } from './table.ts'

/** Every environment variable, with its default. */
export function settingsPage(): string {
  const rows = settings.map((setting) => [`\`${setting.name}\``, setting.default ?? 'none', setting.means])
  return `${HEAD}\n\n${table(['variable', 'default', 'meaning'], rows)}\n`
}

const HEAD = `# Settings

Written by \`npm run reference\`. All are environment variables, and none is needed. A misspelt \`MCPWRIGHT_…\` name is
told at start. The daemon keeps the settings of whoever started it: \`mcpwright stop\` lets the next start have others,
and \`mcpwright service install --env NAME …\` gives them to the service.`
