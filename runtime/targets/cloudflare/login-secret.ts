import { MetaError } from '../../../src/errors/meta-error.ts'
import type { DeploymentRequest } from '../../../src/model/deployment-target.ts'
import type { WorkerBindings } from '../../library/worker/bindings.ts'
import type { Prepared } from './prepare.ts'

const NAME = 'MCP_LOGIN_CLIENT_SECRET' satisfies keyof WorkerBindings

/** Whether people could not log in: a plan says so, and a deploy does not begin. */
export function lacksLoginSecret({ settings, secrets }: Pick<Prepared, 'settings' | 'secrets'>): boolean {
  return settings.protection === 'login' && !(NAME in secrets)
}

export function loginSecretMissing({ server }: DeploymentRequest): MetaError {
  return new MetaError(
    'SECRET_MISSING',
    `People cannot log in at server "${server.name}": it has no client secret for that.`,
    'Deploy again: the answer has the link where a person enters it.',
    { next: { tool: 'deploy', arguments: { server: server.name, target: 'cloudflare' } } },
  )
}
