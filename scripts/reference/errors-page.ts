import { ERROR_CODES } from '../../src/errors/codes.ts'
import { ERROR_MEANINGS } from '../../src/errors/meanings.ts'

/** Every error code with what it means and what to do: also the page for trouble. */
export function errorsPage(): string {
  const entries = ERROR_CODES.toSorted().map((code) => {
    const { means, fix } = ERROR_MEANINGS[code]
    return `## ${code}\n\n${means}\n\n**What to do:** ${fix}`
  })
  return `${HEAD}\n\n${entries.join('\n\n')}\n`
}

const HEAD = `# Errors, and what to do

Written by \`npm run reference\`. Each error has a code that never changes its meaning, a message with what happened,
\`fix\` with the next step, and often \`next\`: the very call that mends it. In a chat it is a tool result with
\`isError\`; in a terminal two lines; over HTTP \`application/problem+json\`. When you do not know where to begin:
\`mcpwright doctor\`.`
