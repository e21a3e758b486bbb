import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { startInboxBrowser } from './inbox-browser.ts'
import type { TestHome } from './test-home.ts'

/** A link to all that waits, as `mcpwright inbox` gets it. */
export async function inboxLink({ folder }: TestHome): Promise<string> {
  const daemon = readDaemonRecord(folder)
  const response = await fetch(`http://127.0.0.1:${daemon?.port}/control/inbox/link`, {
    method: 'POST',
    headers: { authorization: `Bearer ${daemon?.token}` },
  })
  return ((await response.json()) as { link: string }).link
}

/** Presses the button with this label below a heading, as a person does. @returns the page that follows */
export async function allow(home: TestHome, heading: string, label: string): Promise<string> {
  const browser = startInboxBrowser()
  const page = await browser.open(await inboxLink(home))
  const article = page.text.split('<article').find((part) => part.includes(heading)) ?? ''
  const answer = new RegExp(`value="([^"]+)"[^>]*>${label}`).exec(article)?.[1] ?? ''
  return (await browser.submit(page, heading, { answer })).text
}
