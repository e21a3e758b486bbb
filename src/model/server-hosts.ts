import type { HttpCall } from '../../runtime/library/http-call.ts'
import type { ServerDefinition } from './server-definition.ts'

/** The hosts a server may reach, as `host` or `host:port`: those of its operations, its code and its credentials. */
export function hostsOf({ tools, resources, prompts, credentials }: ServerDefinition): string[] {
  const hosts = new Set(credentials.flatMap((credential) => credential.hosts))
  for (const { handler } of tools) {
    if (handler.kind === 'code') for (const host of handler.hosts) hosts.add(host)
    if (handler.kind === 'operation') for (const host of hostsOfCall(handler.call)) hosts.add(host)
  }
  for (const { content } of resources) {
    if (content.kind === 'code') for (const host of content.hosts) hosts.add(host)
  }
  for (const { messages } of prompts) if ('kind' in messages) for (const host of messages.hosts) hosts.add(host)
  return [...hosts].toSorted()
}

/** The hosts of a call's servers, with every value that their variables may have. */
export function hostsOfCall({ servers }: HttpCall): string[] {
  return servers.flatMap(({ url, variables = {} }) => {
    const urls = Object.entries(variables).reduce(
      (filled, [name, { default: value, enum: others = [] }]) =>
        filled.flatMap((each) =>
          [...new Set([value, ...others])].map((choice) => each.replaceAll(`{${name}}`, choice)),
        ),
      [url],
    )
    return urls.filter((each) => URL.canParse(each)).map((each) => new URL(each).host)
  })
}
