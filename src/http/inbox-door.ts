import { Router, type Request, type Response } from 'express'
import { defaults } from '../config/defaults.ts'
import { renderError } from '../errors/render.ts'
import { type InboxLinks, type InboxSession, isFormOf } from '../inbox/inbox-links.ts'
import type { InboxForm } from '../model/inbox/inbox-kind.ts'
import { answerInboxItem, declineInboxItem, formOfItem, waitingItems } from '../pipeline/inbox/answer-inbox.ts'
import { listGrants, withdrawGrant } from '../pipeline/inbox/grants.ts'
import type { InboxAnswer } from '../pipeline/inbox/inbox-answers.ts'
import { confirmPolicy } from '../pipeline/confirmed-call.ts'
import type { Services } from '../pipeline/services.ts'
import { readConfirmPolicy, setConfirmPolicy } from '../pipeline/set-confirm-policy.ts'
import { readCookie } from './cookies.ts'
import { inboxContent } from './inbox-page.ts'
import { finishLoginDoor, sendToLogin } from './oauth-callback-door.ts'
import { html, sendPage } from './page.ts'
import { readBody } from './read-body.ts'
import { type FormTexts, readMultipart } from './read-multipart.ts'

const NOT_ANSWERED = 'A field was left empty, or this has changed since it was shown: look again.'
const COOKIE = 'mcpwright_inbox'
const LARGEST_BYTES = 64 * 1024

/**
 * The pages of the inbox, for a person's browser. A one-use link opens a session, which a cookie and a token in each
 * form prove; the bearer token of the owner never gets into a browser.
 */
export function inboxDoor(links: InboxLinks, services: () => Promise<Services>): Router {
  const door = Router()
  door.get('/open/:token', async (request, response) => {
    // A browser that fetches ahead would use the link up.
    if (request.headers['sec-purpose'] !== undefined) return void response.sendStatus(204)
    const opened = links.open(request.params.token)
    if (!opened) return sendEnded(response)
    response.cookie(COOKIE, opened.sessionToken, { httpOnly: true, sameSite: 'strict', path: '/inbox' })
    await sendInbox(response, opened.session, await services())
  })
  door.get('/', async (request, response) => {
    const session = findSession(links, request)
    if (!session) return sendEnded(response)
    await sendInbox(response, session, await services())
  })
  door.get('/oauth', async (request, response) => finishLoginDoor(request, response, await services()))
  door.post('/items/:id', async (request, response) => {
    const sent = await readForm(links, request, response)
    if (sent) await answerItem(request.params.id, sent.form, response, sent.session, await services())
  })
  door.post('/withdraw', async (request, response) => {
    const sent = await readForm(links, request, response)
    if (!sent) return
    // Who came to enter a secret takes nothing back.
    if (sent.session.scope !== 'all') return sendForeign(response)
    const opened = await services()
    const done = await withdrawGrant(sent.form.get('grant') ?? '', opened, sent.session.principal)
    await sendInbox(response, sent.session, opened, done)
  })
  door.post('/policy', async (request, response) => {
    const sent = await readForm(links, request, response)
    if (!sent) return
    if (sent.session.scope !== 'all') return sendForeign(response)
    const opened = await services()
    await setConfirmPolicy(readConfirmPolicy(sent.form.get('policy')), opened, sent.session.principal)
    await sendInbox(response, sent.session, opened, 'Saved.')
  })
  return door
}

/** The form of a session of its own page; for any other the answer is sent here. */
async function readForm(
  links: InboxLinks,
  request: Request,
  response: Response,
): Promise<{ readonly session: InboxSession; readonly form: FormTexts } | undefined> {
  const session = findSession(links, request)
  if (!session) {
    sendEnded(response)
    return undefined
  }
  // Nothing large is read from who can't be right.
  const form = isOwnPage(request) ? await readTexts(request) : undefined
  if (form && isFormOf(session, form.get('form_token') ?? '')) return { session, form }
  sendForeign(response)
  return undefined
}

async function answerItem(
  id: string,
  form: FormTexts,
  response: Response,
  session: InboxSession,
  services: Services,
): Promise<void> {
  const item = (await waitingItems(services, session.principal, session.scope)).find((each) => each.id === id)
  if (!item) return sendInbox(response, session, services, 'That was answered already.')
  try {
    const { principal } = session
    const isDeclined = form.get('answer') === 'decline'
    const answer = isDeclined ? undefined : readAnswer(form, await formOfItem(item, services, session))
    if (!isDeclined && !answer) return sendInbox(response, session, services, NOT_ANSWERED)
    const done = answer
      ? await answerInboxItem(item, answer, services, principal)
      : await declineInboxItem(item, services, principal)
    if (typeof done !== 'string') return sendToLogin(response, done)
    await sendInbox(response, session, services, done)
  } catch (error) {
    const { code, message, fix } = renderError(error)
    if (code === 'INTERNAL') console.error('The inbox met a bug:', error)
    await sendInbox(response, session, services, `${message} ${fix}`, 400)
  }
}

async function sendInbox(
  response: Response,
  session: InboxSession,
  services: Services,
  note = '',
  status = 200,
): Promise<void> {
  const { principal, scope } = session
  const items = await waitingItems(services, principal, scope)
  const shown = await Promise.all(
    items.map(async (item) => ({ item, form: await formOfItem(item, services, session) })),
  )
  const grants = scope === 'all' ? await listGrants(services, principal) : []
  const policy = scope === 'all' ? await confirmPolicy(services, principal) : undefined
  sendPage(response, status, 'Waiting for you', inboxContent(shown, grants, session, note, policy))
}

/** @returns undefined when it is none of the form's choices, or a field that it takes is empty */
function readAnswer(sent: FormTexts, { answers, fields }: InboxForm): InboxAnswer | undefined {
  const choice = answers.find(({ name }) => name === sent.get('answer'))
  if (!choice) return undefined
  if (!choice.takesFields) return { choice: choice.name, fields: {} }
  const entered = fields.map(({ name, isOptional, type }) => {
    const given = sent.get(name) ?? ''
    return { name, isOptional, text: type === 'file' ? given : given.trim() }
  })
  if (entered.some(({ text, isOptional }) => text === '' && !isOptional)) return undefined
  return { choice: choice.name, fields: Object.fromEntries(entered.map(({ name, text }) => [name, text])) }
}

function findSession(links: InboxLinks, request: Request): InboxSession | undefined {
  const token = readCookie(request, COOKIE)
  return token === undefined ? undefined : links.find(token)
}

/** Browsers name the page that a form was sent from; another port of this machine is another page. */
function isOwnPage({ headers }: Request): boolean {
  return headers.origin === `http://${headers.host}`
}

async function readTexts(request: Request): Promise<FormTexts> {
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data'))
    return readMultipart(await readBody(request, defaults.limits.descriptionBytes + LARGEST_BYTES), type)
  return new Map(new URLSearchParams((await readBody(request, LARGEST_BYTES)).toString('utf8')))
}

function sendEnded(response: Response): void {
  const content = html`<p>
    Each link works once, and for ten minutes. Ask for a new one in the chat, or with <code>mcpwright inbox</code> in a
    terminal.
  </p>`
  sendPage(response, 403, 'This link is no longer good', content)
}

function sendForeign(response: Response): void {
  sendPage(response, 403, 'Not accepted', html`<p>This form did not come from the inbox page. Nothing was changed.</p>`)
}
