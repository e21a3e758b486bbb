import type { ConsentDescription } from '@cloudflare/workers-oauth-provider'

/** Nothing of these pages runs, loads anything or stands in a frame of others. No `form-action`: browsers hold it
 * against every redirect that follows the form, and those lead to the issuer and to the client. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

/** @param headers  cookies that belong to the answer */
export function page(title: string, body: string, status: number, headers = new Headers()): Response {
  headers.set('content-type', 'text/html; charset=utf-8')
  headers.set('content-security-policy', POLICY)
  headers.set('x-frame-options', 'DENY')
  headers.set('x-content-type-options', 'nosniff')
  // Forms of these pages still say where they come from.
  headers.set('referrer-policy', 'same-origin')
  headers.set('cache-control', 'no-store')
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><style>body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.4rem 1rem}</style>
<h1>${escape(title)}</h1>
${body}
</html>
`
  return new Response(html, { status, headers })
}

export interface Consent {
  readonly server: string
  /** Where the person logs in next. */
  readonly issuer: string
  readonly client: ConsentDescription
  readonly handle: string
}

/**
 * Asks whether this client may call for the person: which one, where the answer goes, and with which account.
 * MCP, security best practices, "Confused deputy problem"
 */
export function consentBody({ server, issuer, client, handle }: Consent): string {
  const { clientName, clientId, redirectHost, redirectUri, redirectIsLoopback } = client
  return `<p><strong>${escape(shown(clientName))}</strong> wants to call <strong>${escape(server)}</strong> for you. It has given itself this name; nobody has checked it.</p>
<ul>
<li>You log in with your account at <strong>${escape(new URL(issuer).host)}</strong>.</li>
<li>The access is then sent to <strong>${escape(redirectHost)}</strong> (<code>${escape(redirectUri)}</code>).</li>
<li>Client <code>${escape(clientId)}</code>.</li>
</ul>
<p>${redirectIsLoopback ? LOOPBACK : 'Go on only if you have just begun this there.'}</p>
<form method="post" action="/authorize"><input type="hidden" name="handle" value="${escape(handle)}">
<button name="decision" value="allow">Allow and log in</button> <button name="decision" value="deny">Deny</button></form>`
}

const LOOPBACK = 'That is a program on your own computer. Go on only if you have just begun this there.'

export function paragraph(text: string): string {
  return `<p>${escape(text)}</p>`
}

/** @param address  checked: https, or http on this machine */
export function link(address: string, text: string): string {
  return `<p><a href="${escape(address)}" rel="noreferrer">${escape(text)}</a></p>`
}

const NAME_CHARACTERS = 80

/** A name that somebody gave itself, without what would turn the text around it. */
export function shown(name: string): string {
  const plain = name.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ').trim()
  return plain.length > NAME_CHARACTERS ? `${plain.slice(0, NAME_CHARACTERS)}…` : plain
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}
