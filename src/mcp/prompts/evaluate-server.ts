import { evaluationUri } from '../../model/evaluation.ts'
import type { MetaPrompt } from './meta-prompt.ts'

export const evaluateServer: MetaPrompt = {
  name: 'evaluate_server',
  title: 'Evaluate a server',
  description: 'Ten questions that a model answers with nothing but the tools of the server, and a score to compare.',
  arguments: [{ name: 'server', description: 'The name of a deployed server.', required: true }],
  showsServer: true,
  showsEvaluations: true,
  write: ({ server }) => `Evaluate the deployed MCP server "${server}". What it has is attached.

1. Where an earlier evaluation is attached, take its questions. Otherwise write ten questions that a user of this server would ask. Each needs two or more calls of tools that only read, has one short answer that can be checked, and does not change from day to day. Do not use a tool that writes or deletes.
2. Answer each with search_tools and read_tool on "${server}" alone, without looking at its code. Note for each: the calls made, whether the right tool was found at the first try, errors, tokens wasted, the answer.
3. Give the result as XML: <evaluation server="${server}"><item><question>…</question><answer>…</answer><calls>n</calls><first_try>true|false</first_try><ok>true|false</ok><note>…</note></item>…<score>n of 10</score></evaluation>
4. Keep it with add_resource: server "${server}", uri ${evaluationUri(server ?? '')}, name evaluation, text the XML. Say what is better and worse than before, question by question.
5. Name the three changes to descriptions, schemas or exposure that would have helped most, as add_tool calls the person can agree to. Change nothing without asking.`,
}
