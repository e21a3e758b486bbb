import { AsyncLocalStorage } from 'node:async_hooks'

/** Knows whether the running code is inside a transaction of one database. */
export interface TransactionScope {
  /** Throws inside of `run`: on a single connection, nested use would wait for itself for ever. */
  assertOutside(): void
  /** `isOpen` turns false when `work` has ended, so that what it leaked can be refused. */
  run<Result>(work: (isOpen: () => boolean) => Promise<Result>): Promise<Result>
}

export function createTransactionScope(): TransactionScope {
  const current = new AsyncLocalStorage<{ open: boolean }>()
  return {
    assertOutside() {
      if (current.getStore()?.open) {
        throw new Error('The database was used inside a transaction; pass that transaction’s own sql instead.')
      }
    },
    async run(work) {
      const scope = { open: true }
      try {
        return await current.run(scope, () => work(() => scope.open))
      } finally {
        scope.open = false
      }
    },
  }
}
