import type { InboxSession } from '../inbox/inbox-links.ts'
import type { InboxItem } from '../model/inbox-item.ts'
import { html, type Html } from './page.ts'

/**
 * The list of what waits, each with its form, and what was opened before.
 * @param note  what was just done, or what went wrong
 */
export function inboxContent(
  items: readonly InboxItem[],
  opened: readonly string[],
  { formToken }: InboxSession,
  note = '',
): Html {
  return html`<p role="status">${note}</p>
    ${items.map((item) => describeItem(item, formToken))}
    ${items.length === 0 ? html`<p>Nothing is waiting. You can close this page.</p>` : ''}
    ${opened.map((address) => openedForm(address, formToken))}`
}

function describeItem(item: InboxItem, formToken: string): Html {
  const { id, server, request, requestedBy, requestedAt } = item
  const what = request.kind === 'secret' ? secretForm(request, id) : localHostForm(request)
  return html`<article aria-labelledby="title-${id}">
    <h2 id="title-${id}">${titleOf(request)}</h2>
    <p>
      Server: <strong>${server?.name ?? 'none in particular'}</strong>. Asked for by ${requestedBy},
      ${requestedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.
    </p>
    <form method="post" action="/inbox/items/${id}" autocomplete="off">
      <input type="hidden" name="form_token" value="${formToken}" />
      ${what}
      <button name="answer" value="decline" formnovalidate>Decline</button>
    </form>
  </article>`
}

function titleOf(request: InboxItem['request']): string {
  return request.kind === 'secret' ? `${request.name} for ${request.host}` : `Open ${request.address}`
}

function secretForm({ name, host, purpose }: Extract<InboxItem['request'], { kind: 'secret' }>, id: string): Html {
  return html`<p>
      Whatever you enter is sent to <strong>${host}</strong> and nowhere else. No model sees it. Enter it only if you
      know this host.
    </p>
    ${purpose === '' ? '' : html`<p>Given reason: ${purpose}</p>`}
    <label for="value-${id}">Value of ${name}</label>
    <input id="value-${id}" type="password" name="value" required autocomplete="off" spellcheck="false" />
    <button name="answer" value="enter">Save</button>`
}

function localHostForm({ address }: Extract<InboxItem['request'], { kind: 'local-host' }>): Html {
  return html`<p>
      <strong>${address}</strong> is on this machine or your network. Servers could then read and change whatever
      answers there.
    </p>
    <button name="answer" value="enter">Open it</button>`
}

function openedForm(address: string, formToken: string): Html {
  return html`<form method="post" action="/inbox/close">
    <input type="hidden" name="form_token" value="${formToken}" />
    <p>
      You opened <strong>${address}</strong> to your servers.
      <button name="address" value="${address}">Close it</button>
    </p>
  </form>`
}
