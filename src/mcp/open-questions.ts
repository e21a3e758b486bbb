/**
 * Questions that a client took along to ask its person. Nobody hears whether they were ever shown: one whose answer
 * does not come back is told after a while.
 */
export interface OpenQuestions {
  /** @param onUnanswered  called once, unless `answered` or `close` comes before */
  add(id: string, onUnanswered: () => void): void
  answered(id: string): void
  close(): void
}

export function createOpenQuestions(unansweredMs: number): OpenQuestions {
  const open = new Map<string, NodeJS.Timeout>()
  const forget = (id: string) => {
    clearTimeout(open.get(id))
    open.delete(id)
  }
  return {
    add(id, onUnanswered) {
      const timer = setTimeout(() => {
        open.delete(id)
        onUnanswered()
      }, unansweredMs)
      open.set(id, timer.unref())
    },
    answered: forget,
    close: () => [...open.keys()].forEach(forget),
  }
}
