import {
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { expect, it } from 'vitest'
import { startBridge } from '../fixtures/bridge-endpoint.ts'
import { callForText, connectLegacy, connectModern } from '../fixtures/clients.ts'

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
