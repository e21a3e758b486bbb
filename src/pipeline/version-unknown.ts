import { MetaError } from '../errors/meta-error.ts'

export function versionUnknown(server: string, version: number): MetaError {
  return new MetaError(
    'VERSION_UNKNOWN',
    `Server "${server}" has no version ${version}.`,
    'get_server with include: ["versions"] lists them.',
    { next: { tool: 'get_server', arguments: { server, include: ['versions'] } } },
  )
}
