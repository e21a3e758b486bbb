/** What a resource's address names. Server names, topics and versions need no escaping; paths are percent-encoded. */
export type ResourceAddress =
  | { readonly kind: 'guide'; readonly topic: string }
  | { readonly kind: 'server'; readonly server: string }
  | { readonly kind: 'mcpb'; readonly server: string }
  | { readonly kind: 'evaluation'; readonly server: string }
  | { readonly kind: 'file'; readonly server: string; readonly path: string }
  | { readonly kind: 'bundle'; readonly server: string; readonly version: number; readonly path: string }

/** RFC 6570 templates of the addresses, as `resources/templates/list` shows them. */
export const RESOURCE_TEMPLATES = [
  {
    uriTemplate: 'mcpwright://servers/{name}',
    name: 'server',
    title: 'A server',
    description: 'Everything that get_server shows: tools, versions, deployments, secrets by name.',
    mimeType: 'application/json',
  },
  {
    uriTemplate: 'mcpwright://servers/{name}/files/{+path}',
    name: 'server-file',
    title: 'A file of a server',
    description: 'A file of the project of the newest version: src/server.ts.',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: 'mcpwright://servers/{name}/versions/{version}/{+path}',
    name: 'server-version',
    title: 'A file of a version',
    description: 'A file or bundle of one version: dist/stdio.mjs.',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: 'mcpwright://servers/{name}/mcpb',
    name: 'server-bundle',
    title: 'A bundle to install',
    description: 'The newest version as an .mcpb file.',
    mimeType: 'application/zip',
  },
  {
    uriTemplate: 'mcpwright://servers/{name}/evaluation',
    name: 'server-evaluation',
    title: 'Evaluations of a server',
    description: 'The newest that evaluate_server gave, and the scores of those before.',
    mimeType: 'application/xml',
  },
  {
    uriTemplate: 'mcpwright://guide/{topic}',
    name: 'guide',
    title: 'A guide',
    description: 'How to do one thing well with mcpwright.',
    mimeType: 'text/markdown',
  },
] as const

/** @returns undefined when it is no address of ours */
export function readResourceUri(uri: string): ResourceAddress | undefined {
  const guide = /^mcpwright:\/\/guide\/([a-z-]+)$/.exec(uri)
  if (guide) return { kind: 'guide', topic: guide[1] ?? '' }
  const bundle = /^mcpwright:\/\/servers\/([a-z0-9-]+)\/mcpb$/.exec(uri)
  if (bundle) return { kind: 'mcpb', server: bundle[1] ?? '' }
  const evaluated = /^mcpwright:\/\/servers\/([a-z0-9-]+)\/evaluation$/.exec(uri)
  if (evaluated) return { kind: 'evaluation', server: evaluated[1] ?? '' }
  const server = /^mcpwright:\/\/servers\/([a-z0-9-]+)(?:\/(?:files|versions\/(\d{1,9}))\/(.+))?$/.exec(uri)
  if (!server) return undefined
  const [, name = '', version, encoded] = server
  if (encoded === undefined) return { kind: 'server', server: name }
  const path = decode(encoded)
  if (path === undefined) return undefined
  return version === undefined
    ? { kind: 'file', server: name, path }
    : { kind: 'bundle', server: name, version: Number(version), path }
}

export function serverUri(server: string): string {
  return `mcpwright://servers/${server}`
}

export function guideUri(topic: string): string {
  return `mcpwright://guide/${topic}`
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
