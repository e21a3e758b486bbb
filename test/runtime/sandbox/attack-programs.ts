/** Programs that try to get out, to stay for the next one, or to bring the host down. */

export interface LimitAttack {
  readonly limit: 'wallMs' | 'cpuMs' | 'memoryMiB' | 'hostCalls' | 'argumentBytes' | 'outputBytes'
  readonly body: string
}

/** Each has to end at the limit it names. */
export const LIMIT_ATTACKS: Readonly<Record<string, LimitAttack>> = {
  'an endless loop': { limit: 'cpuMs', body: 'for (;;);' },
  'an endless loop after an await': { limit: 'cpuMs', body: 'await null; for (;;);' },
  'an endless loop after an answer of the host': { limit: 'cpuMs', body: 'await context.store.get("x"); for (;;);' },
  'an endless loop in a timer': { limit: 'cpuMs', body: 'await new Promise(() => setTimeout(() => { for (;;); }, 1))' },
  'an endless loop in a getter of the result': { limit: 'cpuMs', body: 'return { get x() { for (;;); } }' },
  'an endless loop in toJSON': { limit: 'cpuMs', body: 'return { toJSON() { for (;;); } }' },
  'an endless loop in a then': { limit: 'cpuMs', body: 'return { then() { for (;;); } }' },
  'an endless loop in the text of an error': {
    limit: 'cpuMs',
    body: 'const e = new Error(); Object.defineProperty(e, "message", { get() { for (;;); } }); throw e',
  },
  'an endless loop in prepareStackTrace': {
    limit: 'cpuMs',
    body: 'Error.prepareStackTrace = () => { for (;;); }; null.x',
  },
  'a loop that catches what ends it': {
    limit: 'cpuMs',
    body: 'for (;;) { try { for (;;); } catch {} finally { continue } }',
  },
  'promises that beget promises': {
    limit: 'cpuMs',
    body: 'const again = () => Promise.resolve().then(again); await again()',
  },
  'an async generator without end': {
    limit: 'cpuMs',
    body: 'async function* g() { for (;;) yield 1 } for await (const x of g());',
  },
  'a regular expression that explodes': { limit: 'cpuMs', body: 'return /^(a+)+$/.test("a".repeat(40) + "!")' },
  'timers that beget timers, for ever': {
    limit: 'wallMs',
    body: 'await new Promise(() => { const again = () => setTimeout(again, 20); again() })',
  },
  'a broker that does not answer': { limit: 'wallMs', body: 'await context.schedule("x", {}, 1)' },
  arrays: { limit: 'memoryMiB', body: 'const kept = []; for (;;) kept.push(new Array(10000).fill(1.5))' },
  objects: { limit: 'memoryMiB', body: 'const kept = []; for (let i = 0; ; i++) kept.push({ i, a: { i } })' },
  strings: {
    limit: 'memoryMiB',
    body: 'const kept = []; for (let i = 0; ; i++) kept.push(String(i).padEnd(100000, i).replaceAll("1", "22"))',
  },
  'a map': { limit: 'memoryMiB', body: 'const map = new Map(); for (let i = 0; ; i++) map.set(i, String(i))' },
  closures: {
    limit: 'memoryMiB',
    body: 'let f = () => 0; for (;;) { const g = f; const a = new Array(100).fill(g); f = () => [g, a] }',
  },
  buffers: { limit: 'memoryMiB', body: 'const kept = []; for (;;) kept.push(new Uint8Array(1000000).fill(1))' },
  'one buffer': { limit: 'memoryMiB', body: 'return new ArrayBuffer(2 ** 31).byteLength' },
  'a buffer that grows': {
    limit: 'memoryMiB',
    body: 'const b = new ArrayBuffer(1, { maxByteLength: 2 ** 31 }); b.resize(2 ** 30); new Uint8Array(b).fill(1); return 1',
  },
  clones: {
    limit: 'memoryMiB',
    body: 'let x = new Array(1e5).fill(7.5); const kept = []; for (;;) kept.push(structuredClone(x))',
  },
  'waiting promises': {
    limit: 'memoryMiB',
    body: 'const kept = []; for (;;) kept.push(new Promise((resolve) => kept.push(resolve)))',
  },
  timers: { limit: 'cpuMs', body: 'for (let i = 0; ; i++) setTimeout(() => i, 1e6)' },
  'memory after an await': {
    limit: 'memoryMiB',
    body: 'await context.store.get("x"); const kept = []; for (;;) kept.push(new Array(10000).fill(1.5))',
  },
  'a flood of host calls': { limit: 'hostCalls', body: 'for (;;) context.fetch("https://x.example").catch(() => {})' },
  'host calls one after the other': { limit: 'hostCalls', body: 'for (;;) await context.store.get("x")' },
  'a huge argument': { limit: 'argumentBytes', body: 'await context.store.set("x", "y".repeat(1e6))' },
  'a huge request': {
    limit: 'argumentBytes',
    body: 'await fetch("https://x.example", { method: "POST", body: new Uint8Array(2e5) })',
  },
  'a huge result': { limit: 'outputBytes', body: 'return "x".repeat(1e6)' },
  'a huge error': { limit: 'outputBytes', body: 'throw new Error("x".repeat(1e6))' },
  'a result of many small things': {
    limit: 'outputBytes',
    body: 'return Array.from({ length: 1e5 }, (_, i) => ({ i }))',
  },
  'an endless loop when it is told to end': {
    limit: 'wallMs',
    body: 'context.signal.addEventListener("abort", () => { for (;;); }); await new Promise(() => {})',
  },
  'deafness to the end': { limit: 'wallMs', body: 'setInterval(() => {}, 10); await new Promise(() => {})' },
  'work that begins when it is told to end': {
    limit: 'wallMs',
    body: 'context.signal.onabort = () => { const again = () => setTimeout(again, 5); again() }; await new Promise(() => {})',
  },
  'listeners without end': {
    limit: 'cpuMs',
    body: 'for (let i = 0; ; i++) context.signal.addEventListener("abort", () => i)',
  },
  'a pattern of addresses that explodes': {
    limit: 'cpuMs',
    body: 'return new URLPattern({ pathname: "/((?:a+)+)" }).test({ pathname: "/" + "a".repeat(40) + "!" })',
  },
  'a flood of notices': { limit: 'cpuMs', body: 'for (;;) context.notify({ kind: "tools" })' },
  'a flood of messages': { limit: 'cpuMs', body: 'for (;;) context.log("info", "x", { y: 1 })' },
  'an endless loop in a notice': { limit: 'cpuMs', body: 'context.notify({ toJSON() { for (;;); } })' },
  'an endless loop in a question': { limit: 'cpuMs', body: 'await context.requestInputs({ get a() { for (;;); } })' },
  'an endless loop in the text of a question': {
    limit: 'cpuMs',
    body: 'await context.requestInput({ kind: "form", message: { toJSON() { for (;;); } }, schema: {} })',
  },
  'a huge question': {
    limit: 'outputBytes',
    body: 'await context.requestInput({ kind: "form", message: "x".repeat(1e6), schema: {} })',
  },
  'questions by the thousand': {
    limit: 'outputBytes',
    body: 'const ask = { kind: "roots", params: {} }; await context.requestInputs(Object.fromEntries(Array.from({ length: 1e4 }, (_, i) => [`q${i}`, ask])))',
  },
}

/** Native code of V8 that cannot be interrupted, or fails by itself. It ends in some way within the time. */
export const NATIVE_ATTACKS: Readonly<Record<string, string>> = {
  'a huge repeat': 'const s = "a".repeat(2 ** 29 - 25); return s.indexOf("b" )',
  'flat copies of huge strings':
    'const kept = []; for (;;) { const s = "ab".repeat(2 ** 26); kept.push(s.replaceAll("a", "cd")) }',
  padding: 'const kept = []; for (let i = 0; i < 64; i++) kept.push("".padEnd(2 ** 28, "ab" + i)); return kept.length',
  sorting: 'return new Array(2 ** 25).fill(0).map((_, i) => -i).sort((a, b) => a - b).length',
  'sorting without a comparison': 'return Array.from({ length: 2 ** 22 }, (_, i) => i).sort().length',
  'JSON of much': 'return JSON.stringify(new Array(2 ** 24).fill("aaaaaaaa")).length',
  'JSON with huge spaces': 'return JSON.stringify({ toJSON: () => new Array(2 ** 24).fill([]) }, null, 10).length',
  'reading huge JSON': 'return JSON.parse("[" + "1,".repeat(2 ** 25) + "1]").length',
  'reading deep JSON': 'return JSON.parse("[".repeat(1e6) + "]".repeat(1e6)).length',
  'a huge number': 'return (2n ** 4000000n).toString().length',
  powers: 'let n = 3n; for (;;) n = n ** 3n',
  'a search far away': 'return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)',
  joins: 'return new Array(2 ** 29).join("ab").length',
  'concatenation by spread': 'let a = [1]; for (;;) a = [...a, ...a]',
  'typed arrays': 'return new Float64Array(2 ** 30).fill(1).length',
  splitting: 'return "a".repeat(2 ** 27).split("").length',
  normalising: 'return "\\u1E9B\\u0323".repeat(2 ** 24).normalize("NFKD").length',
  'a huge regular expression': 'return new RegExp("(a|b)".repeat(200000)).test("c")',
  'a search in much text': 'return /(x+x+)+y/.test("x".repeat(2 ** 16))',
  'nested evaluation': 'let s = "1"; for (let i = 0; i < 1e5; i++) s = "(" + s + ")"; return eval(s)',
  recursion: 'const f = () => f(); f()',
  'recursion through built-ins': 'const f = () => [1].map(f); f()',
  'recursion through a proxy': 'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x',
  'recursion in toString': 'const o = { toString: () => `${o}` }; return String(o)',
  'a deep result': 'let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o',
  'a result in a circle': 'const o = {}; o.o = o; return o',
  'arguments by the million': 'return Math.max(...new Array(1e7).fill(1))',
  'a big decode': 'return new TextDecoder().decode(new Uint8Array(3e7)).length',
  'a big hash': 'return (await crypto.subtle.digest("SHA-256", new Uint8Array(2e7))).byteLength',
  'a flood of URLs': 'for (;;) new URL("https://a.b/" + "x".repeat(1000))',
  'a flood of random numbers': 'for (;;) crypto.getRandomValues(new Uint8Array(65536))',
  'a flood of wakes': 'for (let i = 1e6; ; i--) setTimeout(() => {}, i)',
  'a flood of progress': 'for (let i = 0; ; i++) context.progress(i)',
  'huge notices': 'for (let i = 0; i < 50; i++) context.notify({ kind: "resource", uri: "x".repeat(2 ** 22) })',
  'a pattern of addresses without end': 'return new URLPattern({ pathname: "/:a".repeat(1e5) }).pathname.length',
  'a question in a circle': 'const ask = { kind: "form" }; ask.schema = ask; return await context.requestInput(ask)',
}

/** Each looks for a way out and returns what it found; nothing is `'safe'`. */
export const ESCAPES: Readonly<Record<string, string>> = {
  'process by the constructor of a function': `return (() => {}).constructor('return typeof process + typeof require + typeof module')() === 'undefinedundefinedundefined' ? 'safe' : 'out'`,
  'process by eval': `return (0, eval)('typeof process') === 'undefined' ? 'safe' : 'out'`,
  'process by an async constructor': `return (await (async () => {}).constructor('return typeof process')()) === 'undefined' ? 'safe' : 'out'`,
  'process by a generator constructor': `return (function* () {}).constructor('yield typeof process')().next().value === 'undefined' ? 'safe' : 'out'`,
  'constructor of what fetch gives': `try { await context.fetch('https://x.example') } catch (error) { return error.constructor.constructor('return typeof process')() === 'undefined' ? 'safe' : 'out' }`,
  'constructor of every global': `for (const name of Object.getOwnPropertyNames(globalThis)) { const value = globalThis[name]; let f = value?.constructor; for (let i = 0; f && i < 5; i++) { let found; try { found = f('return typeof process') } catch {} if (typeof found === 'function' && !['undefined', '[object Generator]', '[object AsyncGenerator]'].includes(String(await found()))) return name; f = f.constructor === f ? undefined : f.constructor } } return 'safe'`,
  'constructor of a host function': `const found = []; const see = (value) => { if (typeof value === 'function' && value.constructor !== Function && !/Function$/.test(value.constructor.name)) found.push(value.name) }; for (const name of Object.getOwnPropertyNames(globalThis)) { see(globalThis[name]); for (const key of Object.getOwnPropertyNames(Object(globalThis[name]))) { try { see(globalThis[name][key]) } catch {} } } return found.length === 0 ? 'safe' : found`,
  'names left over in the global object': `return Reflect.ownKeys(globalThis).some((key) => /host|ivm|isolated|mcpwright/i.test(String(key))) ? 'out' : 'safe'`,
  'an import of what the runner has': `for (const name of ['node:fs', 'fs', './host.ts', 'guest/host', 'isolated-vm', 'data:text/javascript,export default 1']) { try { await import(name); return name } catch {} } return 'safe'`,
  'callers in a stack': `Error.prepareStackTrace = (_, sites) => sites; const sites = new Error().stack; return Array.isArray(sites) && sites.some((site) => site.getFunction() !== undefined || (site.getThis() !== undefined && site.getThis() !== globalThis)) ? 'out' : 'safe'`,
  'callers in a stack of the host': `Error.prepareStackTrace = (_, sites) => sites; let found = 'safe'; try { new URL('nope') } catch (error) { const sites = error.stack; if (Array.isArray(sites) && sites.some((site) => site.getFunction())) found = 'out' } return found`,
  'callers by arguments': `function sloppy() { try { return sloppy.caller ?? sloppy.arguments } catch { return undefined } } return sloppy() ? 'out' : 'safe'`,
  'paths of the host in a stack': `const texts = []; for (const run of [() => new URL('nope'), () => null.x, () => crypto.getRandomValues(1), () => structuredClone(() => {})]) { try { run() } catch (error) { texts.push(error.stack) } } try { await import('x') } catch (error) { texts.push(error.stack) } return texts.some((text) => /\\/runtime\\/|file:|node_modules/.test(text)) ? texts : 'safe'`,
  'what the host hands in, by poisoned prototypes': `const seen = []; for (const name of ['then', 'resolve', 'reject', 'call', 'host', 'compute']) Object.defineProperty(Object.prototype, name, { set(value) { seen.push(value) }, get() { return undefined }, configurable: true }); try { await context.store.get('x') } catch {} new URL('https://a.b'); const bad = seen.filter((value) => typeof value === 'function' && !/guest|native|=>|function|class/.test(String(value))); return bad.length === 0 ? 'safe' : 'out'`,
  'call and apply, replaced': `const seen = []; const { call, apply } = Function.prototype; Function.prototype.call = function (...values) { seen.push(this); return Reflect.apply(this, values[0], values.slice(1)) }; Function.prototype.apply = function (receiver, values) { seen.push(this); return Reflect.apply(this, receiver, values) }; new URL('https://a.b'); console.log('x'); setTimeout(() => {}, 1); crypto.randomUUID(); try { await context.store.get('x') } catch {} Function.prototype.call = call; Function.prototype.apply = apply; return seen.some((f) => /native code/.test(String(f)) && f.name === '') ? 'out' : 'safe'`,
  'JSON, replaced': `const seen = []; const { parse, stringify } = JSON; JSON.parse = (text) => (seen.push(text), {}); JSON.stringify = (value) => (seen.push(value), '{}'); Map.prototype.get = () => ({ resolve: (v) => seen.push(v) }); try { new URL('https://a.b'); } catch {} JSON.parse = parse; JSON.stringify = stringify; return seen.length === 0 ? 'safe' : 'out'`,
  'symbols of iteration, replaced': `Array.prototype[Symbol.iterator] = function* () { yield this }; Array.prototype.push = function () { throw new Error('no') }; return 'safe'`,
  'promises, replaced': `const real = Promise.prototype.then; let n = 0; Promise.prototype.then = function (...values) { n++; return real.apply(this, values) }; globalThis.Promise = class { constructor() { throw new Error('mine') } }; return 'safe'`,
  'Object.prototype, poisoned': `Object.prototype.kind = 'limit'; Object.prototype.limit = 'wallMs'; Object.prototype.toJSON = () => 'safe'; return {}`,
  'Array.prototype, poisoned': `for (const name of ['map', 'filter', 'slice', 'splice', 'find', 'join', 'some']) Array.prototype[name] = () => { throw new Error('poison') }; Array.prototype.toJSON = () => 'safe'; return ['x']`,
  'String.prototype, poisoned': `for (const name of Object.getOwnPropertyNames(String.prototype)) { if (typeof ''[name] === 'function' && name !== 'constructor') String.prototype[name] = () => 'poison' } return 'safe'`,
  'globals, deleted': `for (const name of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[name] } catch {} } return 'safe'`,
  'globals, frozen and proxied': `Object.freeze(globalThis); Object.freeze(Object.prototype); Reflect.setPrototypeOf(globalThis, null); return 'safe'`,
  'the signal of the context': `return context.signal.constructor.constructor('return typeof process')() === 'undefined' ? 'safe' : 'out'`,
  'the abilities of the client': `return context.client.constructor.constructor('return typeof process')() === 'undefined' ? 'safe' : 'out'`,
  'what a question throws': `try { await context.requestInput({ kind: 'roots', params: {} }) } catch (error) { return error.constructor.constructor('return typeof process')() === 'undefined' ? 'safe' : 'out' }`,
  'constructor of a pattern': `return URLPattern.constructor('return typeof process')() === 'undefined' ? 'safe' : 'out'`,
  'the environment cannot be widened': `try { context.env.NEW = 'x' } catch {} return context.env.NEW === undefined && Object.keys(context.env).length === 0 ? 'safe' : 'out'`,
  'memory that is not counted': `return typeof WebAssembly + typeof SharedArrayBuffer + typeof Atomics === 'undefinedundefinedundefined' ? 'safe' : 'out'`,
  'a realm of its own': `return typeof ShadowRealm + typeof document + typeof window === 'undefinedundefinedundefined' && typeof Worker === 'undefined' ? 'safe' : 'out'`,
  'a thenable as a result': `return { then(resolve) { resolve({ then(inner) { inner('safe') } }) } }`,
  'a broker call that code may not make': `return (await context.store.get({ toString: () => 'x' }).then(() => 'out', (error) => error.name)) === 'TypeError' ? 'safe' : 'out'`,
  'another run, through the global object': `return globalThis.left ?? (globalThis.left = 'out', Object.prototype.left2 = 'out', 'safe')`,
  'what another run left': `return globalThis.left ?? {}.left2 ?? 'safe'`,
  finalisers: `new FinalizationRegistry(() => {}).register({}, 1); new WeakRef({}).deref().constructor; return 'safe'`,
}
