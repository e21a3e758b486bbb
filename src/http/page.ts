import { createHash } from 'node:crypto'
import type { Response } from 'express'

/** A piece of HTML that is safe to send. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Puts HTML together; every value is escaped, except what is Html already. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(toText)))
}

function toText(value: string | Html | readonly Html[]): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'string') return escapeHtml(value)
  return value.map(({ text }) => text).join('\n')
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid GrayText; border-radius: .5rem; padding: 0 1rem 1rem; margin: 1rem 0; }
h3 { font-size: 1rem; overflow-wrap: anywhere; }
table { width: 100%; table-layout: fixed; border-spacing: 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem; border: 1px solid GrayText; overflow-wrap: anywhere; white-space: pre-wrap; }
h2 { font-size: 1.1rem; overflow-wrap: anywhere; }
label { display: block; font-weight: 600; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem; margin: .25rem 0 .75rem; }
label.choice { font-weight: 400; }
input[type=radio] { width: auto; }
fieldset { border: 1px solid GrayText; border-radius: .5rem; margin: 0 0 .75rem; }
button { font: inherit; padding: .4rem 1rem; margin-right: .5rem; }
`

/** No script, no image, nothing from elsewhere, in no frame; forms go back to this daemon only. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Sends a whole page. It needs no script, and no cache keeps it. */
export function sendPage(response: Response, status: number, title: string, content: Html): void {
  response
    .status(status)
    .set({
      'content-security-policy': POLICY,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      // "no-referrer" would make browsers send "Origin: null" with the form, which then could not be checked.
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    .type('html')
    .send(
      `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        html`<title>${title} - mcpwright</title>`.text +
        // Between its tags stands what the policy has the digest of, to the letter.
        `<style>${STYLE}</style></head><body><main>` +
        html`<h1>${title}</h1>
          ${content}`.text +
        '</main></body></html>\n',
    )
}
