import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BuildWithFiles } from '../../src/model/build.ts'
import type { Deployment } from '../../src/model/deployment.ts'
import type { DeploymentRequest, DeploymentTarget } from '../../src/model/deployment-target.ts'
import { LOCAL_TENANT, type BuildId, type DeploymentId, type ServerId } from '../../src/model/ids.ts'
import { digestOfFiles, type ProjectFiles } from '../../src/model/project-files.ts'

export interface TargetUnderTest {
  readonly target: DeploymentTarget
  /** A build whose tool `say` answers `text` and writes "said something" to its log. */
  readonly goodArtefacts: (text: string) => ProjectFiles
  /** A build that cannot start, and says "no database here". */
  readonly badArtefacts: ProjectFiles
  /** Calls the tool `say` where the deployment says that it is. */
  readonly callSay: (endpointUrl: string) => Promise<string>
  readonly close: () => Promise<void>
}

/** What every deployment target does alike. */
export function deploymentTargetContract(name: string, setUp: () => Promise<TargetUnderTest>): void {
  describe(`deployment target ${name}`, () => {
    let subject: TargetUnderTest
    const signal = new AbortController().signal

    beforeEach(async () => {
      subject = await setUp()
    })
    afterEach(async () => {
      await subject.close()
    })

    it('plans in words and changes nothing', async () => {
      const request = requestOf(subject.goodArtefacts('one'))
      const { steps } = await subject.target.plan(request)
      expect(steps.length).toBeGreaterThan(0)
      expect((await subject.target.status(request.deployment)).state).toBe('stopped')
    })

    it('puts a build up and says where it answers', async () => {
      const request = requestOf(subject.goodArtefacts('one'))
      const { endpointUrl } = await subject.target.apply(request, signal)
      expect(await subject.callSay(endpointUrl)).toBe('one')
      expect((await subject.target.status(request.deployment)).state).toBe('running')
    })

    it('can be asked for the same build again', async () => {
      const request = requestOf(subject.goodArtefacts('one'))
      const first = await subject.target.apply(request, signal)
      const second = await subject.target.apply(request, signal)
      expect(second).toEqual(first)
      expect(await subject.callSay(second.endpointUrl)).toBe('one')
    })

    it('replaces a build at the same address', async () => {
      const first = requestOf(subject.goodArtefacts('one'))
      const applied = await subject.target.apply(first, signal)
      const next = {
        ...requestOf(subject.goodArtefacts('two')),
        deployment: { ...first.deployment, port: applied.port },
      }
      expect(await subject.target.apply(next, signal)).toEqual(applied)
      expect(await subject.callSay(applied.endpointUrl)).toBe('two')
    })

    it('leaves what runs running when the new build does not start, and says why', async () => {
      const good = requestOf(subject.goodArtefacts('one'))
      const { endpointUrl } = await subject.target.apply(good, signal)
      const bad = { ...requestOf(subject.badArtefacts), deployment: good.deployment }
      await expect(subject.target.apply(bad, signal)).rejects.toMatchObject({
        code: 'DEPLOYMENT_FAILED',
        message: expect.stringContaining('no database here'),
      })
      expect(await subject.callSay(endpointUrl)).toBe('one')
    })

    it('keeps the log of what the server said', async () => {
      const request = requestOf(subject.goodArtefacts('one'))
      const { endpointUrl } = await subject.target.apply(request, signal)
      await subject.callSay(endpointUrl)
      const findSaid = async (): Promise<string[]> => {
        const { lines } = await subject.target.logs(request.deployment, { query: 'SAID', limit: 10 })
        return lines.map(({ message }) => message)
      }
      await expect.poll(findSaid).toEqual(['said something'])
    })

    it('stops a deployment, also twice, and brings it back', async () => {
      const request = requestOf(subject.goodArtefacts('one'))
      const { endpointUrl } = await subject.target.apply(request, signal)
      await subject.target.stop(request.deployment)
      await subject.target.stop(request.deployment)
      expect((await subject.target.status(request.deployment)).state).toBe('stopped')
      await expect(subject.callSay(endpointUrl)).rejects.toBeInstanceOf(Error)
      const again = await subject.target.apply(request, signal)
      expect(await subject.callSay(again.endpointUrl)).toBe('one')
    })

    it('takes a deployment down, also twice', async () => {
      const request = requestOf(subject.goodArtefacts('one'))
      const { endpointUrl } = await subject.target.apply(request, signal)
      await subject.target.remove(request.deployment)
      await subject.target.remove(request.deployment)
      // A place that others reach too tells that it has nothing left.
      expect((await subject.target.status(request.deployment)).state).toMatch(/^(stopped|missing)$/)
      await expect(subject.callSay(endpointUrl)).rejects.toBeInstanceOf(Error)
    })
  })
}

/** A deployment of a build with these artefacts; the token of its endpoint is "token". What is kept is there afterwards. */
export function requestOf(artefacts: ProjectFiles): DeploymentRequest {
  const now = new Date(0)
  // Ids are UUIDs with a brand.
  const serverId = randomUUID() as string as ServerId
  const build: BuildWithFiles = {
    id: randomUUID() as string as BuildId,
    serverId,
    version: 1,
    digest: digestOfFiles(artefacts),
    revision: 1,
    checks: [],
    createdAt: now,
    ranAt: null,
    library: null,
    files: {},
    artefacts,
  }
  const server: DeploymentRequest['server'] = {
    id: serverId,
    tenantId: LOCAL_TENANT,
    name: 'tiny',
    description: '',
    revision: 1,
    exposure: 'tools',
    status: 'draft',
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
  const deployment = deploymentOf(serverId, build.id)
  return {
    server,
    deployment,
    build,
    hosts: [],
    credentials: [],
    connected: { connections: [], tools: {} },
    settings: {},
    keep: async (state) => void Object.assign(deployment, { state }),
    tell: () => {},
  }
}

function deploymentOf(serverId: ServerId, buildId: BuildId): Deployment {
  return {
    id: randomUUID() as string as DeploymentId,
    tenantId: LOCAL_TENANT,
    serverId,
    target: 'local',
    status: 'pending',
    statusMessage: null,
    buildId,
    endpointUrl: null,
    slug: `tiny-${serverId.slice(0, 8)}`,
    port: null,
    daemonId: null,
    leaseUntil: null,
    image: null,
    settings: {},
    wantedSettings: {},
    state: {},
    openApproval: null,
    seen: null,
    // SHA-256 of "token".
    tokenHash: '3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0',
    requestCount: 0,
    lastRequestAt: null,
    startedAt: null,
    stoppedAt: null,
    deletedAt: null,
    createdAt: new Date(0),
  }
}
