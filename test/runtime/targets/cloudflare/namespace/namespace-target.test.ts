import { afterAll, beforeAll } from 'vitest'
import { deploymentTargetContract } from '../../../../contracts/deployment-target-contract.ts'
import { type Cloudflare, startCloudflare } from '../../../../fixtures/cloudflare/start-cloudflare.ts'
import { openHostedPublisher } from '../../../../fixtures/publisher/open-hosted-publisher.ts'
import { callSay } from '../../../../fixtures/publisher/open-publisher.ts'
import { tinyWorker } from '../../../../fixtures/publisher/tiny-worker.ts'

let cloudflare: Cloudflare

beforeAll(async () => {
  cloudflare = await startCloudflare({ accounts: [{ plan: 'paid' }] })
})
afterAll(() => cloudflare[Symbol.asyncDispose]())

deploymentTargetContract('cloudflare, in a dispatch namespace', async () => ({
  // What a trial says would stand in the log too.
  target: openHostedPublisher(cloudflare, { trialCallOf: async () => undefined }),
  goodArtefacts: (text) => tinyWorker({ text }),
  badArtefacts: tinyWorker({ text: '', startsWith: 'no database here' }),
  callSay: (endpointUrl) => callSay(cloudflare, endpointUrl),
  close: async () => {},
}))
