import { commandsPage } from './commands-page.ts'
import { errorsPage } from './errors-page.ts'
import { settingsPage } from './settings-page.ts'
import { toolsPage } from './tools-page.ts'

/** The pages of docs/reference, as Markdown by file name. */
export function referencePages(): Readonly<Record<string, string>> {
  return {
    'commands.md': commandsPage(),
    'errors.md': errorsPage(),
    'settings.md': settingsPage(),
    'tools.md': toolsPage(),
  }
}
