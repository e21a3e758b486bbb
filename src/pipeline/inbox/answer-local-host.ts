import type { InboxAnswers } from './inbox-answers.ts'

export const answerLocalHost: InboxAnswers<'local-host'> = {
  look: async () => undefined,
  async answer({ request: { address } }, _answer, { localHosts }) {
    await localHosts.allow(address)
    return `${address} is open.`
  },
}
