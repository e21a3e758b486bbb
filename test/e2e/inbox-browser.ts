/** What a browser does on the inbox page: it keeps cookies, follows no redirect by itself, and sends forms with their hidden fields and its Origin. */
export interface InboxBrowser {
  open(url: string): Promise<InboxPage>
  post(page: InboxPage, action: string, fields: Readonly<Record<string, string>>): Promise<InboxPage>
  /** Presses a button of the form that is below the heading; with a file it is sent as multipart. */
  submit(
    page: InboxPage,
    heading: string,
    fields: Readonly<Record<string, string | File>>,
    origin?: string,
  ): Promise<InboxPage>
}

export interface InboxPage {
  readonly status: number
  readonly url: string
  readonly headers: Headers
  readonly text: string
}

export function startInboxBrowser(): InboxBrowser {
  const cookies = new Map<string, string>()
  async function load(
    url: string,
    form?: { readonly body: URLSearchParams | FormData; readonly origin: string },
  ): Promise<InboxPage> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        ...(cookies.size > 0 && { cookie: [...cookies.values()].join('; ') }),
        ...(form && { origin: form.origin }),
      },
      ...(form && { method: 'POST', body: form.body }),
    })
    for (const given of response.headers.getSetCookie()) {
      const [cookie = ''] = given.split(';', 1)
      const [name = '', value] = cookie.split('=')
      if (value) cookies.set(name, cookie)
      else cookies.delete(name)
    }
    return { status: response.status, url, headers: response.headers, text: await response.text() }
  }
  return {
    open: (url) => load(url),
    post: ({ url }, action, fields) =>
      load(new URL(action, url).href, { body: new URLSearchParams(fields), origin: new URL(url).origin }),
    submit({ url, text }, heading, fields, origin = new URL(url).origin) {
      const form = text.split('<article').find((part) => part.includes(heading)) ?? ''
      const action = /action="([^"]+)"/.exec(form)?.[1] ?? '/inbox/items/none'
      const token = /name="form_token" value="([^"]+)"/.exec(form)?.[1] ?? ''
      const body = new FormData()
      for (const [name, value] of Object.entries({ form_token: token, ...fields })) body.set(name, value)
      const isMultipart = form.includes('multipart/form-data')
      return load(new URL(action, url).href, { body: isMultipart ? body : toUrlEncoded(body), origin })
    },
  }
}

function toUrlEncoded(form: FormData): URLSearchParams {
  const texts = new URLSearchParams()
  for (const [name, value] of form) if (typeof value === 'string') texts.set(name, value)
  return texts
}
