/** Programs that leave something behind, and look for what was left. */
export interface Leftover {
  readonly leave: string
  /** Returns `'nothing'` when nothing is there. */
  readonly look: string
  /** Of the tool's module. */
  readonly before?: string
}

const WAIT = 'await new Promise((resolve) => setTimeout(resolve, 30))'

export const LEFTOVERS: Readonly<Record<string, Leftover>> = {
  'a global': { leave: 'globalThis.left = 1', look: `return globalThis.left ?? 'nothing'` },
  'a global of the language, replaced': {
    leave: 'globalThis.JSON = { stringify: () => "mine", parse: JSON.parse }; Math.max = () => 7',
    look: `return JSON.stringify([Math.max(1, 2)]) === '[2]' ? 'nothing' : 'left'`,
  },
  'a web API, replaced': {
    leave: `globalThis.fetch = () => 'mine'; Response.prototype.json = () => 'mine'; URL.canParse = () => 'mine'`,
    look: `return String(fetch).includes('mine') || typeof new Response('1').json().then !== 'function' || URL.canParse('x') ? 'left' : 'nothing'`,
  },
  prototypes: {
    leave:
      'Object.prototype.left = 1; Array.prototype.map = () => [7]; Function.prototype.left = 1; const { then } = Promise.prototype; Promise.prototype.then = function (...values) { return then.apply(this, values) }',
    look: `return {}.left ?? (() => 1).left ?? ([1].map((n) => n)[0] === 1 && String(Promise.prototype.then).includes('native') ? 'nothing' : 'left')`,
  },
  'state of a module': { before: 'let left: unknown = "nothing"', leave: 'left = 1', look: 'return left' },
  'a timer': { leave: 'setTimeout(() => context.store.set("late", 1), 5)', look: `${WAIT}; return 'nothing'` },
  'an interval': { leave: 'setInterval(() => context.store.set("late", 1), 5)', look: `${WAIT}; return 'nothing'` },
  'a promise that is still waiting': {
    leave: 'void context.sign("KEY", "x").then(() => context.store.set("late", 1))',
    look: `${WAIT}; return 'nothing'`,
  },
  'a chain of promises': {
    leave:
      'void (async () => { for (let n = 0; n < 10000; n++) await null; console.log("late"); context.progress(1) })()',
    look: `${WAIT}; return 'nothing'`,
  },
  'a listener of its signal': {
    leave: 'context.signal.addEventListener("abort", () => context.store.set("late", 1))',
    look: `return context.signal.aborted ? 'left' : 'nothing'`,
  },
  finalisers: {
    leave:
      'const mourn = new FinalizationRegistry(() => { for (;;); }); for (let n = 0; n < 1e4; n++) mourn.register({}, n)',
    look: `for (let n = 0; n < 50; n++) new Array(1e5).fill(n); ${WAIT}; return 'nothing'`,
  },
  'a trap for stacks': {
    leave: 'Error.prepareStackTrace = () => "mine"; Error.stackTraceLimit = 0',
    look: `return new Error('x').stack.includes('tools.mjs') ? 'nothing' : 'left'`,
  },
  'a match of a regular expression': {
    leave: `/(secret)/.test('a secret')`,
    look: `return RegExp.$1 === '' && RegExp.lastMatch === '' ? 'nothing' : 'left'`,
  },
  'the indent and the counts of the console': {
    leave: 'console.group("mine"); console.count("n")',
    look: `console.count("n"); return 'nothing'`,
  },
  'a property of a shared symbol': {
    leave: 'globalThis[Symbol.for("left")] = 1; Symbol.prototype.left = 1',
    look: `return globalThis[Symbol.for('left')] ?? Symbol.for('left').left ?? 'nothing'`,
  },
  'a frozen world': {
    leave: 'Object.freeze(globalThis); Object.freeze(Object.prototype); Object.freeze(Array.prototype)',
    look: `return Object.isFrozen(globalThis) || Object.isFrozen(Object.prototype) ? 'left' : 'nothing'`,
  },
  'no globals at all': {
    leave: 'for (const name of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[name] } catch {} }',
    look: `return typeof URL + typeof Array === 'functionfunction' ? 'nothing' : 'left'`,
  },
}
