import type { InboxSession } from '../inbox/inbox-links.ts'
import { CONFIRM_POLICIES, type ConfirmPolicy } from '../model/confirm-policy.ts'
import { type InboxItem, titleOf } from '../model/inbox/inbox-item.ts'
import type { Grant } from '../pipeline/inbox/grants.ts'
import type { InboxChoice, InboxComparison, InboxField, InboxForm, Paragraph } from '../model/inbox/inbox-kind.ts'
import { html, type Html } from './page.ts'

/** An item with what it asks at this moment. */
export interface ShownItem {
  readonly item: InboxItem
  readonly form: InboxForm
}

/**
 * The list of what waits, each with its form, and what was allowed before.
 * @param note  what was just done, or what went wrong
 * @param policy  absent: this session may not change it
 */
export function inboxContent(
  shown: readonly ShownItem[],
  grants: readonly Grant[],
  { formToken }: InboxSession,
  note = '',
  policy?: ConfirmPolicy,
): Html {
  return html`<p role="status">${note}</p>
    ${shown.map((each) => itemArticle(each, formToken))}
    ${shown.length === 0 ? html`<p>Nothing is waiting. You can close this page.</p>` : ''}
    ${grants.map((grant) => grantForm(grant, formToken))} ${policy ? policyForm(policy, formToken) : ''}`
}

function itemArticle({ item, form }: ShownItem, formToken: string): Html {
  const { id, server, request, requestedBy, requestedAt } = item
  return html`<article aria-labelledby="title-${id}">
    <h2 id="title-${id}">${titleOf(request)}</h2>
    <p>
      Server: <strong>${server?.name ?? 'none in particular'}</strong>. Asked for by ${requestedBy},
      ${requestedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.
    </p>
    <form method="post" action="/inbox/items/${id}" autocomplete="off" ${encodingOf(form)}>
      <input type="hidden" name="form_token" value="${formToken}" />
      ${form.paragraphs.map(paragraph)} ${(form.comparisons ?? []).map(comparisonTable)}
      ${form.fields.map((field) => labelledInput(field, id))} ${form.answers.map(choiceButton)}
      <button name="answer" value="decline" formnovalidate>Decline</button>
    </form>
  </article>`
}

/** A file goes only in this one. */
function encodingOf({ fields }: InboxForm): Html {
  return fields.some(({ type }) => type === 'file') ? html`enctype="multipart/form-data"` : html``
}

function paragraph(pieces: Paragraph): Html {
  return html`<p>
    ${pieces.map((piece) => (typeof piece === 'string' ? html`${piece}` : html`<strong>${piece.strong}</strong>`))}
  </p>`
}

function comparisonTable({ title, before, after, differences }: InboxComparison): Html {
  return html`<h3>${title}</h3>
    <ul>
      ${differences.map((difference) => html`<li>${difference}</li>`)}
    </ul>
    <table>
      <tr>
        <th scope="col">Allowed</th>
        <th scope="col">Now</th>
      </tr>
      <tr>
        <td>${before}</td>
        <td>${after}</td>
      </tr>
    </table>`
}

function labelledInput({ name, label, type, isOptional }: InboxField, id: string): Html {
  const required = isOptional ? html`` : html`required`
  return html`<label for="${name}-${id}">${label}</label>
    <input id="${name}-${id}" type="${type}" name="${name}" ${required} autocomplete="off" spellcheck="false" />`
}

function choiceButton({ name, label, takesFields }: InboxChoice): Html {
  return html`<button name="answer" value="${name}" ${takesFields ? html`` : html`formnovalidate`}>${label}</button>`
}

function grantForm({ key, text }: Grant, formToken: string): Html {
  return html`<form method="post" action="/inbox/withdraw">
    <input type="hidden" name="form_token" value="${formToken}" />
    ${paragraph(text)}
    <button name="grant" value="${key}">Take it back</button>
  </form>`
}

const POLICY_WORDS: Readonly<Record<ConfirmPolicy, string>> = {
  always: 'everything that changes something',
  destructive: 'what destroys something',
  never: 'nothing',
}

function policyForm(current: ConfirmPolicy, formToken: string): Html {
  const choice = (policy: ConfirmPolicy) =>
    html`<label class="choice">
      <input type="radio" name="policy" value="${policy}" ${policy === current ? html`checked` : html``} />
      ${POLICY_WORDS[policy]}
    </label>`
  return html`<form method="post" action="/inbox/policy">
    <input type="hidden" name="form_token" value="${formToken}" />
    <fieldset>
      <legend>Calls of your chats and agents ask you before</legend>
      ${CONFIRM_POLICIES.map(choice)}
    </fieldset>
    <button>Save</button>
  </form>`
}
