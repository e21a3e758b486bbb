import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CodeRegistry } from '../../../../runtime/library/code.ts'
import { callStandalone } from './call-standalone.ts'
import { type Host, HOST_ENV } from './host.ts'

/** The bundle in this process. */
export async function openNodeHost(bundle: string): Promise<Host> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'node-host-'))
  const file = path.join(folder, 'tools.mjs')
  await writeFile(file, bundle)
  const { code }: { readonly code: CodeRegistry } = await import(pathToFileURL(file).href)
  return {
    call: (call) => callStandalone(code, HOST_ENV, call),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
