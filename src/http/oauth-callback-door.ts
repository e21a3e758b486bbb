import type { Request, Response } from 'express'
import { renderError } from '../errors/render.ts'
import { finishLogin } from '../pipeline/login/finish-login.ts'
import type { Services } from '../pipeline/services.ts'
import { readCookie } from './cookies.ts'
import { html, sendPage } from './page.ts'

const COOKIE = 'mcpwright_login'
const PATH = '/inbox/oauth'

/**
 * Sends a person on to an authorization server. The cookie is Lax: a browser that comes back from another site does not
 * send the session's, which is Strict. A link leads there, since the page's policy lets no form leave this daemon.
 */
export function sendToLogin(
  response: Response,
  { url, browserToken }: { readonly url: string; readonly browserToken: string },
): void {
  response.cookie(COOKIE, browserToken, { httpOnly: true, sameSite: 'lax', path: PATH })
  const { host } = new URL(url)
  const content = html`<p>
      You now leave this page for <strong>${host}</strong>, and come back when you have logged in.
    </p>
    <p><a href="${url}">Go on to ${host}</a></p>`
  sendPage(response, 200, 'Log in', content)
}

/** `GET /inbox/oauth`: where an authorization server sends the browser back to. */
export async function finishLoginDoor(request: Request, response: Response, services: Services): Promise<void> {
  const abort = new AbortController()
  response.once('close', () => abort.abort())
  const { searchParams } = new URL(request.originalUrl, services.baseUrl)
  response.clearCookie(COOKIE, { path: PATH })
  try {
    const said = await finishLogin(searchParams, readCookie(request, COOKIE) ?? '', services, abort.signal)
    sendPage(
      response,
      200,
      'Logged in',
      html`<p role="status">${said}</p>
        ${backLink}`,
    )
  } catch (error) {
    const { code, message, fix } = renderError(error)
    if (code === 'INTERNAL') console.error('A login met a bug:', error)
    sendPage(
      response,
      400,
      'Not logged in',
      html`<p role="alert">${message} ${fix}</p>
        ${backLink}`,
    )
  }
}

const backLink = html`<p><a href="/inbox">Back to what waits for you</a></p>`
