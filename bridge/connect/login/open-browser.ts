import { spawn } from 'node:child_process'
import { isLoopback } from '../../../src/net/address.ts'

/** Ends by itself at once where the platform knows no browser; a browser may go on as its child. */
const STARTED_MS = 1_500

/**
 * Opens a web page in the person's browser, never through a shell.
 * @param url  https, or http on this machine; any other is refused, since a handler of the platform might run it
 * @returns false when there is no browser, or it could not be started
 */
export async function openBrowser(url: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (!isWebPage(url)) return false
  const [command, ...before] = OPENERS[platform] ?? OPENERS.linux
  const opener = spawn(command, [...before, new URL(url).href], { stdio: 'ignore', detached: true, shell: false })
  opener.unref()
  return await new Promise((resolve) => {
    const started = setTimeout(() => resolve(true), STARTED_MS)
    const settle = (isOpen: boolean): void => {
      clearTimeout(started)
      resolve(isOpen)
    }
    opener.once('error', () => settle(false))
    opener.once('exit', (code) => settle(code === 0))
  })
}

type Opener = readonly [command: string, ...before: string[]]

/** `start` of Windows is a word of its shell, so the handler of web addresses is called itself. */
const OPENERS: Partial<Record<NodeJS.Platform, Opener>> & { readonly linux: Opener } = {
  linux: ['xdg-open'],
  darwin: ['/usr/bin/open'],
  win32: ['rundll32.exe', 'url.dll,FileProtocolHandler'],
}

/** What may be opened as the page of a login. */
export function isWebPage(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}
