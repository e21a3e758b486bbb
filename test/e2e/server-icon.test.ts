import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './call.ts'
import { askModern } from './modern-rpc.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const KEY = 'io.modelcontextprotocol/serverInfo'

let home: TestHome

beforeAll(async () => {
  home = await openTestHome()
})
afterAll(() => home[Symbol.asyncDispose]())

interface Icon {
  readonly src: string
  readonly mimeType: string
  readonly sizes: readonly string[]
}

function bytesOf({ src, mimeType }: Icon): Buffer {
  const [head, body = ''] = src.split(',')
  expect(head).toBe(`data:${mimeType};base64`)
  return Buffer.from(body, 'base64')
}

describe("mcpwright's icon", () => {
  it.each(['legacy', 'auto'] as const)(
    'is shown to %s clients, as a PNG and as what it was drawn from',
    async (mode) => {
      const client = await home.connect(mode)
      const { icons = [] } = (client.getServerVersion() ?? {}) as { icons?: readonly Icon[] }
      const [png, svg] = icons.map((icon) => ({ icon, bytes: bytesOf(icon) }))
      expect(png?.icon).toMatchObject({ mimeType: 'image/png', sizes: ['48x48'] })
      expect(png?.bytes.subarray(1, 4).toString()).toBe('PNG')
      // PNG, section 11.2.2: width and height.
      expect([png?.bytes.readUInt32BE(16), png?.bytes.readUInt32BE(20)]).toEqual([48, 48])
      expect(svg?.icon).toMatchObject({ mimeType: 'image/svg+xml', sizes: ['any'] })
      const drawn = readFileSync(path.resolve(import.meta.dirname, '../../docs/icon.svg'), 'utf8')
      expect(svg?.bytes.toString()).toBe(drawn.trim())
    },
  )

  it('is told once, and not again with each answer of 2026-07-28', async () => {
    // The door answers before the daemon is up; a call waits for it.
    await call(await home.connect(), 'list_servers')
    const discovered = await askModern(home, 'server/discover', {})
    expect(discovered.result?.['_meta']).toMatchObject({ [KEY]: { name: 'mcpwright', icons: [{}, {}] } })
    const { result } = await askModern(home, 'tools/call', { name: 'list_servers', arguments: {} })
    expect(result?.['_meta']).toEqual({ [KEY]: { name: 'mcpwright', version: expect.any(String) as string } })
  })
})
