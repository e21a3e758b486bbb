import { LOCAL_TENANT, type ServerId } from '../../src/model/ids.ts'
import type { PromptDefinition, ResourceDefinition, ServerDefinition } from '../../src/model/server-definition.ts'
import { prompts, resources, tools } from './everything-server.ts'

/** The server that the conformance suite asks for, as a definition. */
export const everythingDefinition: ServerDefinition = {
  id: '00000000-0000-7000-8000-0000000000bb' as ServerId,
  tenantId: LOCAL_TENANT,
  name: 'everything',
  description: 'Has one of everything.',
  revision: 1,
  exposure: 'tools',
  credentials: [],
  connections: [],
  tools: Object.entries(tools).map(
    ([name, { code: source, input_schema: schema = { type: 'object', properties: {} } }]) => ({
      name,
      description: `Tests ${name}.`,
      effect: 'read',
      inputSchema: { ...schema },
      handler: { kind: 'code', hosts: [], source },
    }),
  ),
  resources: resources.map(({ name, uri, mime_type: mimeType, ...given }): ResourceDefinition => {
    const { text, base64, code } = given
    if (code !== undefined) return { name, uri, mimeType, content: { kind: 'code', hosts: [], source: code } }
    if (base64 !== undefined) return { name, uri, mimeType, content: { kind: 'bytes', base64 } }
    return { name, uri, mimeType, content: { kind: 'text', text: text ?? '' } }
  }),
  prompts: prompts.map(({ name, template, messages, code, arguments: declared = [] }): PromptDefinition => {
    const texts = [...(template ?? JSON.stringify(messages ?? '')).matchAll(/\{\{(\w+)\}\}/g)].map(
      ([, found = '']) => found,
    )
    const undeclared = [...new Set(texts)].filter((found) => !declared.some((argument) => argument.name === found))
    return {
      name,
      description: 'A prompt to test.',
      arguments: [...declared, ...undeclared.map((found) => ({ name: found }))].map((argument) => ({
        ...argument,
        required: false,
      })),
      messages:
        code !== undefined
          ? { kind: 'code', hosts: [], source: code }
          : // As the meta tool takes them.
            ((messages as PromptDefinition['messages'] | undefined) ?? [{ role: 'user', text: template ?? '' }]),
    }
  }),
}
