import { afterAll, beforeAll } from 'vitest'
import { deploymentTargetContract } from '../../../contracts/deployment-target-contract.ts'
import { type Cloudflare, startCloudflare } from '../../../fixtures/cloudflare/start-cloudflare.ts'
import { callSay, openPublisher } from '../../../fixtures/publisher/open-publisher.ts'
import { tinyWorker } from '../../../fixtures/publisher/tiny-worker.ts'

let cloudflare: Cloudflare

beforeAll(async () => {
  cloudflare = await startCloudflare()
})
afterAll(() => cloudflare[Symbol.asyncDispose]())

deploymentTargetContract('cloudflare', async () => ({
  // What a trial says would stand in the log too.
  target: openPublisher(cloudflare, { trialCallOf: async () => undefined }),
  goodArtefacts: (text) => tinyWorker({ text }),
  badArtefacts: tinyWorker({ text: '', startsWith: 'no database here' }),
  callSay: (endpointUrl) => callSay(cloudflare, endpointUrl),
  close: async () => {},
}))
