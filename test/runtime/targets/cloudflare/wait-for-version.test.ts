import { describe, expect, it } from 'vitest'
import { waitForVersion } from '../../../../runtime/targets/cloudflare/wait-for-version.ts'
import { hurriedClock } from '../../../fixtures/publisher/open-publisher.ts'

const signal = new AbortController().signal

describe('waiting for a version', () => {
  it('goes on until it answers three times in a row', async () => {
    const asked = answering('old', 'new', 'old', 'new', 'new', 'new')
    await waitForVersion(
      { url: 'https://w.example', versionId: 'new', fetch: asked.fetch, clock: hurriedClock() },
      signal,
    )
    expect(asked.left()).toBe(0)
  })

  it('ends after 90 s with what was answered last', async () => {
    const asked = answering()
    const waiting = waitForVersion(
      { url: 'https://w.example', versionId: 'new', fetch: asked.fetch, clock: hurriedClock() },
      signal,
    )
    await expect(waiting).rejects.toMatchObject({
      code: 'DEPLOYMENT_FAILED',
      message:
        'After 90 s the new version did not answer at https://w.example/health. Last answer: HTTP 404: nothing here',
    })
  })

  it('tells a build that is too old to say which version it is', async () => {
    const waiting = waitForVersion(
      { url: 'https://w.example', versionId: 'new', fetch: silentAboutIt, clock: hurriedClock() },
      signal,
    )
    await expect(waiting).rejects.toMatchObject({ fix: expect.stringContaining('deploy without `version`') })
  })

  it('ends at an abort with its reason', async () => {
    const controller = new AbortController()
    const asked: typeof fetch = async () => {
      controller.abort(new Error('enough'))
      throw new Error('aborted')
    }
    const waiting = waitForVersion(
      { url: 'https://w.example', versionId: 'new', fetch: asked, clock: hurriedClock() },
      controller.signal,
    )
    await expect(waiting).rejects.toThrow('enough')
  })
})

const silentAboutIt: typeof fetch = async () => Response.json({ status: 'ok' })

/** Answers of `/health` by these versions, then of nobody. */
function answering(...versions: readonly string[]): { fetch: typeof fetch; left: () => number } {
  const left = [...versions]
  return {
    left: () => left.length,
    fetch: async () => {
      const workerVersion = left.shift()
      return workerVersion === undefined
        ? new Response('nothing here', { status: 404 })
        : Response.json({ status: 'ok', workerVersion })
    },
  }
}
