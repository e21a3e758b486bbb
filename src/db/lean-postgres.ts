import { setFlagsFromString } from 'node:v8'
import { PGlite } from '@electric-sql/pglite'

/** PostgreSQL's own default of 128 MB is touched in full at the start and stays; files are cached by the system anyway. */
export const START_PARAMETERS: string[] = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB']

/**
 * Has WebAssembly of this process run as V8's first, fast compiler leaves it. To be called before PGlite is created.
 * The optimizing one takes 500 MB for a second over PostgreSQL's largest functions, keeps 80 MB of their code, and
 * takes the CPU of the first seconds; without it the first thousand inserts take half the time, and queries after
 * that 10 to 50 % more.
 */
export function useBaselineWasm(): void {
  // Both: alone, the one compiles all at once, and the other still optimizes what runs often.
  setFlagsFromString('--no-wasm-tier-up')
  setFlagsFromString('--no-wasm-dynamic-tiering')
}
