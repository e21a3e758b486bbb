import { askingClient, noClient } from '../../../runtime/library/input-needed.ts'
import { memoryStore } from '../../../runtime/library/server/memory-store.ts'
import type { ToolContext } from '../../../runtime/library/tool-context.ts'

export interface TestContext extends ToolContext {
  /** What was put off. */
  readonly scheduled: { readonly tool: string; readonly delayMs: number }[]
  readonly told: string[]
}

/** A context with a store of its own, whose client cannot be asked. */
export function templateContext(parts: Partial<ToolContext> = {}): TestContext {
  const scheduled: TestContext['scheduled'] = []
  const told: string[] = []
  return {
    fetch: () => Promise.reject(new Error('Nothing is sent here.')),
    env: {},
    store: memoryStore(),
    schedule: async (tool, _input, delayMs) => void scheduled.push({ tool, delayMs }),
    progress: (done, total) => void told.push(`${done} of ${total}`),
    log: (level, message) => void told.push(`${level}: ${message}`),
    ...askingClient(noClient),
    background: () => {},
    notify: () => {},
    sign: () => Promise.reject(new Error('There are no secrets here.')),
    signal: new AbortController().signal,
    ...parts,
    scheduled,
    told,
  }
}
