/** Something that takes a while to open, and may fail to. */
export interface Opener<Opened extends AsyncDisposable> {
  /** All share one attempt; after a failure the next caller makes another. */
  open(): Promise<Opened>
  /** What is open now. */
  opened(): Opened | undefined
  close(): Promise<void>
}

export function createOpener<Opened extends AsyncDisposable>(open: () => Promise<Opened>): Opener<Opened> {
  let opening: Promise<Opened> | undefined
  let opened: Opened | undefined
  return {
    open() {
      opening ??= open().then(
        (result) => (opened = result),
        (error: unknown) => {
          opening = undefined
          throw error
        },
      )
      return opening
    },
    opened: () => opened,
    async close() {
      await opening?.catch(() => {})
      await opened?.[Symbol.asyncDispose]()
    },
  }
}
