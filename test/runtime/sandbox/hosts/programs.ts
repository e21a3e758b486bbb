import type { ClientSide } from '../../../../runtime/library/wire.ts'

/** A tool over the context; `input.base` is the address of a server that echoes. */
export interface HostProgram {
  readonly body: string
  /** What the client has answered so far. */
  readonly answers?: ClientSide['answers']
  readonly cancels?: boolean
  readonly throws?: boolean
}

const form = `{ kind: 'form', message: 'Which city?', schema: { type: 'object' } }`

/** Each uses another part of ToolContext, or of the web APIs beside it. */
export const HOST_PROGRAMS: Readonly<Record<string, HostProgram>> = {
  env: { body: `return [context.env.CITY, context.env.NONE ?? null]` },
  getJson: { body: `const r = await context.fetch(input.base + '/json'); return [r.status, r.ok, await r.json()]` },
  fetchGlobal: { body: `const r = await fetch(input.base + '/none'); return [r.status, r.ok, await r.text()]` },
  fetchPost: {
    body: `const r = await fetch(input.base + '/echo?a=b%20c', { method: 'POST', headers: { 'X-Mine': 'mine' }, body: JSON.stringify({ n: 1 }) }); return await r.json()`,
  },
  fetchForm: {
    body: `const r = await fetch(input.base + '/echo', { method: 'PUT', body: new URLSearchParams({ a: 'b c', d: 'é&' }) }); return await r.json()`,
  },
  fetchRequest: {
    body: `const r = await fetch(new Request(input.base + '/echo', { method: 'DELETE', headers: new Headers([['x-mine', 'one']]) })); return await r.json()`,
  },
  fetchBytes: {
    body: `const r = await fetch(input.base + '/echo', { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array([0, 255, 128]) }); return (await r.json()).body`,
  },
  fetchRedirect: {
    body: `const r = await fetch(input.base + '/moved'); return [r.redirected, new URL(r.url).pathname, await r.json()]`,
  },
  fetchElsewhere: {
    body: `const said = []; for (const address of ['http://127.0.0.1:9/', input.base + '/away']) try { await context.fetch(address); said.push('reached') } catch (error) { said.push(/may not reach "(127\\.0\\.0\\.1:9)"/.exec(error.message)?.[1]) } return said`,
  },
  fetchMethods: {
    body: `const bodies = []; for (const status of [301, 303, 307]) { const r = await context.fetch(input.base + '/to-echo/' + status, { method: 'POST', headers: { 'x-mine': 'kept', 'content-type': 'text/plain' }, body: 'abc' }); const { method, mine, type, body } = await r.json(); bodies.push([method, mine, type, body]) } return bodies`,
  },
  fetchStream: {
    body: `let text = ''; const d = new TextDecoder(); for await (const chunk of (await fetch(input.base + '/json')).body) text += d.decode(chunk, { stream: true }); return text`,
  },
  fetchGivenUp: {
    body: `try { await fetch(input.base + '/silent', { signal: AbortSignal.timeout(30) }); return 'answered' } catch (error) { return error.name }`,
  },
  store: {
    body: `await context.store.set('a/1', { n: 1, list: [null, 'x'] }); await context.store.set('a/2', 2); await context.store.set('b', 'x'); await context.store.delete('b'); return [await context.store.get('a/1'), await context.store.get('none'), await context.store.list('a/'), await context.store.list()]`,
  },
  storeCompareAndSet: {
    body: `const tried = []; for (const [expected, value] of [[null, { n: 1 }], [null, 'second'], [{ n: 2 }, 'other'], [{ n: 1 }, { n: 2 }]]) tried.push(await context.store.compareAndSet('a', expected, value)); return [tried, await context.store.get('a')]`,
  },
  storeEntries: {
    body: `for (const key of ['a/2', 'a/1', 'b', 'a/3']) await context.store.set(key, { key }); return [await context.store.entries('a/', { limit: 2 }), await context.store.entries('a/', { after: 'a/2' }), (await context.store.entries()).length]`,
  },
  schedule: {
    body: `await context.schedule('later', { n: 20 }, 5); for (let n = 0; n < 60 && (await context.store.get('later')) === null; n++) await new Promise((resolve) => setTimeout(resolve, 100)); return await context.store.get('later')`,
  },
  progress: { body: `context.progress(1); context.progress(2, 4); context.progress(3, 4, 'three')` },
  log: { body: `context.log('info', 'plain'); context.log('error', 'with details', { n: [1] })` },
  requestInput: { body: `return await context.requestInput(${form})` },
  requestInputNamed: { body: `return await context.requestInput(${form}, 'city')` },
  requestInputAnswered: {
    body: `const { action, content } = await context.requestInput(${form}); return [action, content]`,
    answers: { input_1: { action: 'accept', content: { city: 'Paris' } } },
  },
  requestInputs: {
    body: `return await context.requestInputs({ a: ${form}, b: { kind: 'url', message: 'Log in.', url: 'https://a.b/' }, c: { kind: 'roots', params: {} } })`,
    answers: { b: { action: 'decline' } },
  },
  requestInputsAnswered: {
    body: `return await context.requestInputs({ a: ${form} })`,
    answers: { a: { action: 'cancel' }, other: { action: 'accept' } },
  },
  client: { body: `return context.client` },
  notify: {
    body: `context.notify({ kind: 'tools' }); context.notify({ kind: 'resource', uri: 'notes://1' }); return 'told'`,
  },
  sign: { body: `return await context.sign('KEY', 'text ü')` },
  signal: {
    body: `const before = context.signal.aborted; const heard = new Promise((resolve) => context.signal.addEventListener('abort', resolve)); context.progress(1); await heard; await context.store.set('heard', [before, context.signal.aborted, context.signal.reason.name])`,
    cancels: true,
  },
  background: { body: `context.background(); return 'later'` },
  nothing: { body: `await null` },
  thrown: {
    body: `class Refused extends RangeError { name = 'Refused' }; throw new Refused('No ' + input.base.slice(0, 4))`,
    throws: true,
  },
  typeError: { body: `return input.none.name`, throws: true },
  hashes: {
    body: `const hex = (b) => Array.from(new Uint8Array(b), (x) => x.toString(16).padStart(2, '0')).join(''); const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('k'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']); const s = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode('d')); return [hex(s), await crypto.subtle.verify('HMAC', key, s, new TextEncoder().encode('d')), hex(await crypto.subtle.digest('SHA-1', new TextEncoder().encode('x'))), /^[0-9a-f-]{36}$/.test(crypto.randomUUID()), crypto.getRandomValues(new Uint8Array(8)).length]`,
  },
  urls: {
    body: `const u = new URL('../x?q=1#h', 'https://ü.example/a/b'); u.searchParams.append('z', 'é +'); return [u.href, [...u.searchParams], new URLPattern({ pathname: '/books/:id' }).exec('https://a.b/books/12').pathname.groups, new URLPattern('https://*.b/:x').test('https://a.b/1')]`,
  },
  bodies: {
    body: `const f = new FormData(); f.append('a', 'é'); f.append('b', new Blob(['xyz'], { type: 'text/plain' }), 'b.txt'); const back = await new Response(f).formData(); const file = back.get('b'); return [back.get('a'), file.name, file.size, await file.text(), await new Blob(['ab', new Uint8Array([99])]).text(), Response.json({ a: 1 }).headers.get('content-type')]`,
  },
  values: {
    body: `const c = structuredClone({ d: new Date(0), m: new Map([[1, new Set([2])]]) }); return [c.d.toISOString(), [...c.m.get(1)], atob(btoa('hey')), new TextDecoder().decode(new TextEncoder().encode('ü€😀')), typeof performance.now(), await Promise.all([new Promise((r) => setTimeout(r, 5, 'a')), new Promise((r) => setTimeout(r, 1, 'b'))])]`,
  },
  aborts: {
    body: `const c = new AbortController(); const seen = []; c.signal.addEventListener('abort', () => seen.push('heard')); c.abort(new Error('mine')); try { c.signal.throwIfAborted() } catch (error) { seen.push(error.message) } return [...seen, AbortSignal.any([c.signal]).aborted]`,
  },
}

/** What `schedule` calls. */
export const LATER = `await context.store.set('later', input.n + 1)`
