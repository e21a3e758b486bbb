import {
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { expect, it } from 'vitest'
import { startBridge, STDIO_ECHO } from '../fixtures/bridge-endpoint.ts'
import { callForText, connectLegacy, connectModern } from '../fixtures/clients.ts'
import { spawnChild } from '../fixtures/spawn-child.ts'

it('tells every 2025 session that the tools changed, and lists the new ones', async () => {
  await using endpoint = await startBridge()
  const clients = [await connectLegacy(endpoint.url), await connectLegacy(endpoint.url)]
  const told = clients.map(
    (client) =>
      new Promise<void>((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve())),
  )
  const [one, other] = clients
  expect((await one!.listTools()).tools.map(({ name }) => name)).not.toContain('grown')
  await callForText(one!, 'grow')
  await Promise.all(told)
  expect((await other!.listTools()).tools.map(({ name }) => name)).toContain('grown')
  await Promise.all(clients.map((client) => client.close()))
})

it('sends the update of a resource only to the session that subscribed to it', async () => {
  await using endpoint = await startBridge()
  const [subscribed, other] = [await connectLegacy(endpoint.url), await connectLegacy(endpoint.url)]
  const updates: string[] = []
  for (const [name, client] of Object.entries({ subscribed, other })) {
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, () => void updates.push(name))
  }
  await subscribed.subscribeResource({ uri: 'text://hello' })
  await callForText(other, 'touch')
  await expect.poll(() => updates).toEqual(['subscribed'])
  await subscribed.unsubscribeResource({ uri: 'text://hello' })
  await callForText(other, 'touch')
  await callForText(other, 'touch')
  expect(updates).toEqual(['subscribed'])
  await Promise.all([subscribed.close(), other.close()])
})

it('keeps a 2026-07-28 subscription alive over a crash of the server', async () => {
  await using endpoint = await startBridge()
  const client = await connectModern(endpoint.url)
  let updates = 0
  client.setNotificationHandler('notifications/resources/updated', () => void updates++)
  const subscription = await client.listen({ resourceSubscriptions: ['text://hello'] })
  await callForText(client, 'touch')
  await expect.poll(() => updates).toBe(1)
  await expect(callForText(client, 'crash')).rejects.toMatchObject({ code: -32603 })
  await callForText(client, 'touch')
  await expect.poll(() => updates).toBe(2)
  await subscription.close()
  await client.close()
})

it('goes over to another program without ending sessions, calls or subscriptions', async () => {
  await using endpoint = await startBridge()
  const [legacy, modern] = [await connectLegacy(endpoint.url), await connectModern(endpoint.url)]
  const told = new Promise<void>((resolve) =>
    legacy.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
  )
  let updates = 0
  modern.setNotificationHandler('notifications/resources/updated', () => void updates++)
  await modern.listen({ resourceSubscriptions: ['text://hello'] })
  const before = await callForText(legacy, 'pid')
  const underWay = modern.callTool({ name: 'count', arguments: { steps: 20 } }, { onprogress: () => {} })
  await endpoint.bridge.replace(() => spawnChild(STDIO_ECHO))
  await told
  expect(await callForText(legacy, 'pid')).not.toBe(before)
  expect(await underWay).toMatchObject({ content: [{ text: 'counted 20' }] })
  await callForText(legacy, 'touch')
  await expect.poll(() => updates).toBe(1)
  await expect.poll(() => isAlive(Number(before))).toBe(false)
  await Promise.all([legacy.close(), modern.close()])
})

it('stays with the program it has when the other one does not start', async () => {
  await using endpoint = await startBridge()
  const client = await connectLegacy(endpoint.url)
  const pid = await callForText(client, 'pid')
  const replacing = endpoint.bridge.replace(() => spawnChild('-e', 'console.error("no database here")'))
  await expect(replacing).rejects.toThrow('no database here')
  expect(await callForText(client, 'pid')).toBe(pid)
  await client.close()
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
