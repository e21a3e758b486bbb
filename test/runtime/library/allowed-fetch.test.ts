import { describe, expect, it } from 'vitest'
import { allowedFetch } from '../../../runtime/library/allowed-fetch.ts'

interface Sent {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A network that answers each address with a redirect to the next, and the last with what reached it. */
function network(redirects: Readonly<Record<string, readonly [status: number, location: string]>>) {
  const sent: Sent[] = []
  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const { url, method } = request
    sent.push({ url, method, headers: Object.fromEntries(request.headers), body: await request.text() })
    const [status, location] = redirects[url] ?? []
    return location === undefined
      ? new Response('here')
      : new Response(null, { status: status ?? 302, headers: { location } })
  }
  return { sent, send }
}

const HOSTS = ['a.example', 'b.example:8443']

describe('a fetch that is limited to hosts', () => {
  it.each([
    'https://c.example/',
    'https://a.example:8443/',
    'https://a.example.c.example/',
    'https://b.example/',
    'data:text/plain,a',
  ])('refuses %s, and says what is allowed', async (address) => {
    const { sent, send } = network({})
    await expect(allowedFetch(HOSTS, send)(address)).rejects.toThrow(/HOST_NOT_ALLOWED.*a\.example, b\.example:8443/)
    expect(sent).toEqual([])
  })

  it('follows redirects within its hosts, and none out of them', async () => {
    const { sent, send } = network({
      'https://a.example/1': [302, '/2'],
      'https://a.example/2': [301, 'https://b.example:8443/3'],
      'https://a.example/out': [302, 'https://c.example/'],
    })
    const limited = allowedFetch(HOSTS, send)
    const answer = await limited('https://a.example/1')
    expect([answer.redirected, await answer.text(), sent.length]).toEqual([true, 'here', 3])
    await expect(limited('https://a.example/out')).rejects.toThrow('may not reach "c.example"')
    expect(sent.map(({ url }) => url)).not.toContain('https://c.example/')
  })

  it('takes no credential to another host, whatever header it is in', async () => {
    const { sent, send } = network({ 'https://a.example/': [302, 'https://b.example:8443/'] })
    const headers = { authorization: 'Bearer t', cookie: 's=1', 'x-api-key': 'k', accept: 'text/plain' }
    await allowedFetch(HOSTS, send)('https://a.example/', { headers })
    expect(sent[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'x-api-key': 'k' })
    expect(sent[1]?.headers).toEqual({ accept: 'text/plain' })
  })

  it('sends a body again to its own host only', async () => {
    const { sent, send } = network({
      'https://a.example/same': [307, '/kept'],
      'https://a.example/other': [308, 'https://b.example:8443/'],
      'https://a.example/get': [303, '/got'],
    })
    const limited = allowedFetch(HOSTS, send)
    const post = {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-api-key': 'k' },
      body: 'client_secret=s',
    }
    await limited('https://a.example/same', post)
    expect(sent.at(-1)).toMatchObject({ url: 'https://a.example/kept', method: 'POST', body: 'client_secret=s' })
    await expect(limited('https://a.example/other', post)).rejects.toThrow('was redirected to another host')
    await limited('https://a.example/get', post)
    expect(sent.at(-1)).toMatchObject({ method: 'GET', body: '', headers: { 'x-api-key': 'k' } })
    expect(sent.at(-1)?.headers).not.toHaveProperty('content-type')
  })

  it('leaves redirects to whoever wants them, and ends in a circle', async () => {
    const { send } = network({ 'https://a.example/': [302, '/'] })
    const limited = allowedFetch(HOSTS, send)
    expect((await limited('https://a.example/', { redirect: 'manual' })).status).toBe(302)
    await expect(limited('https://a.example/')).rejects.toThrow('redirected more than 20 times')
  })
})
