import { AbortController, AbortSignal } from './abort.ts'
import { atob, btoa } from './base64.ts'
import { Blob, File } from './blob.ts'
import { fetch } from './broker.ts'
import { console } from './console.ts'
import { crypto } from './crypto.ts'
import { DOMException } from './dom-exception.ts'
import { CustomEvent, Event, EventTarget } from './events.ts'
import { FinalizationRegistry } from './finalization-registry.ts'
import { FormData } from './form-data.ts'
import { Headers } from './headers.ts'
import { performance } from './performance.ts'
import { ReadableStream } from './readable-stream.ts'
import { Request } from './request.ts'
import { Response } from './response.ts'
import { structuredClone } from './structured-clone.ts'
import { TextDecoder, TextEncoder } from './text-encoding.ts'
import { clearTimeout, queueMicrotask, setImmediate, setInterval, setTimeout } from './timers.ts'
import { URL } from './url.ts'
import { URLPattern } from './url-pattern.ts'
import { URLSearchParams } from './url-search-params.ts'

const added = {
  AbortController,
  AbortSignal,
  Blob,
  CustomEvent,
  DOMException,
  Event,
  EventTarget,
  File,
  FinalizationRegistry,
  FormData,
  Headers,
  ReadableStream,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  URL,
  URLPattern,
  URLSearchParams,
  atob,
  btoa,
  console,
  crypto,
  fetch,
  performance,
  queueMicrotask,
  structuredClone,
  setImmediate,
  setInterval,
  setTimeout,
  clearTimeout,
  clearInterval: clearTimeout,
  clearImmediate: clearTimeout,
  self: globalThis,
}

/** Gives the isolate what a web runtime has, and takes away what it should not have. */
export function installGlobals(): void {
  for (const [name, value] of Object.entries(added)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, enumerable: false, writable: true })
  }

  // WebAssembly memory and shared buffers are not counted to the isolate's memory, and Atomics.wait only sleeps.
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) Reflect.deleteProperty(globalThis, name)
}
