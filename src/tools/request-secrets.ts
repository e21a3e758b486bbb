import { requestSecrets as ask, type SecretsAsked, type WantedSecret } from '../pipeline/request-secrets.ts'
import type { PlacedSecret } from '../pipeline/needed-secrets.ts'
import { answerSchema, arrayOf, string } from './answer-schema.ts'
import { defineTool, objectSchema, serverArgument, WRITES } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly secrets?: readonly WantedSecret[]
}

export const requestSecrets = defineTool({
  name: 'request_secrets',
  title: 'Ask for secrets',
  description: 'Asks the person for secrets on a page; give the link on. Without secrets: all missing.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      secrets: {
        type: 'array',
        minItems: 1,
        maxItems: 20,
        items: objectSchema(
          {
            name: { type: 'string', pattern: '^[A-Z][A-Z0-9_]{1,63}$' },
            host: { type: 'string', maxLength: 260 },
            purpose: { type: 'string', maxLength: 300 },
          },
          ['name'],
        ),
        saidAs: '[{name, host, purpose}]',
      },
    },
    ['server'],
  ),
  outputSchema: answerSchema(
    ['missing', 'link'],
    { server: string, set: arrayOf({ name: string, host: string }), missing: arrayOf({ name: string, host: string }) },
    { link: string, link_is_good: string },
  ),
  scope: 'write',
  annotations: WRITES,
  async run({ server, secrets }: Input, { services, principal, showPage }) {
    const asked = await ask(server, secrets, services, principal)
    const { link, missing } = asked
    if (link === undefined) return answer(server, asked)
    // One credential may be for several hosts.
    const names = [...new Set(missing.map(({ name }) => name))].join(', ')
    const reply = showPage(link, `Enter ${names} for "${server}". The page says which host each is sent to.`)
    return answer(server, asked, reply === 'declined')
  },
})

function answer(server: string, { set, missing, link }: SecretsAsked, isDeclined = false) {
  const structured = {
    server,
    set: set.map(placeOf),
    missing: missing.map(placeOf),
    ...(link !== undefined && { link, link_is_good: 'once, for 10 minutes' }),
  }
  const next = [{ tool: 'deploy', arguments: { server } }]
  if (link === undefined) return { text: `"${server}" has all the secrets it needs.`, structured, next }
  const names = missing.map(({ name, host }) => `${name} for ${host}`).join(', ')
  const declined = isDeclined ? 'The person declined to open the page. ' : ''
  return {
    text: `${declined}Missing: ${names}. A person enters it at ${link} (works once, 10 minutes), or later with: mcpwright inbox. Deploying works meanwhile.`,
    structured,
    next,
  }
}

function placeOf({ name, host }: PlacedSecret) {
  return { name, host }
}
