export interface SilenceWatchOptions {
  /** Silent this long with answers due, it is asked; silent as long again, it is given up. */
  readonly silentMs: number
  readonly owesAnswers: () => boolean
  /** Grows with everything the child says. */
  readonly heardCount: () => number
  readonly ask: () => void
  readonly onSilent: () => void
}

/**
 * Finds a child that is there and does nothing any more: one that was stopped, or that loops for ever. A tool that
 * takes its time is no such child, since it answers when it is asked something else.
 * @returns a function that ends the watch
 */
export function watchSilence({ silentMs, owesAnswers, heardCount, ask, onSilent }: SilenceWatchOptions): () => void {
  let lastHeard = heardCount()
  let wasAsked = false
  const timer = setInterval(() => {
    // One that has said nothing yet is starting, and that has a limit of its own.
    const isSilent = owesAnswers() && lastHeard > 0 && heardCount() === lastHeard
    lastHeard = heardCount()
    if (!isSilent) {
      wasAsked = false
    } else if (wasAsked) {
      clearInterval(timer)
      onSilent()
    } else {
      wasAsked = true
      ask()
    }
  }, silentMs).unref()
  return () => clearInterval(timer)
}
