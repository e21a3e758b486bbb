import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grpcImporter } from '../../../../generators/importers/grpc/grpc-importer.ts'
import { callOperation } from '../../../../runtime/library/call-operation.ts'
import { grpcCodec } from '../../../../runtime/library/grpc/grpc-codec.ts'
import { contextWith } from '../../../runtime/library/wire.ts'
import { fixtureText, operationNamed } from '../read-fixture.ts'
import { type ConnectPeer, startConnectPeer } from './connect-peer.ts'

let peer: ConnectPeer

beforeAll(async () => {
  peer = await startConnectPeer(fixtureText('desk.proto'))
})

afterAll(() => peer[Symbol.asyncDispose]())

function loan(number: string) {
  return { number, open: false, names: [] }
}

describe.each(['connect', 'grpc-web'])('a server of another maker, spoken to in %s', (wire) => {
  async function call(name: string, input: Record<string, unknown>, env: Record<string, string> = {}) {
    const api = await grpcImporter.read(fixtureText('desk.proto'), { baseUrl: `${wire}+${peer.origin}` })
    const credentials = api.credentials.map((credential) => ({ ...credential, name: 'TOKEN' }))
    const operation = operationNamed(api, name)
    const named = { ...operation, call: { ...operation.call, security: [['TOKEN'], []] } }
    const result = await callOperation(named, input, contextWith({ credentials, env, protocols: { grpc: grpcCodec } }))
    const [block] = result.content
    return { ...result, text: block?.type === 'text' ? block.text : '' }
  }

  it('reads what a tool sends, and is read: 64 bits, bytes, enums, maps, oneofs, well-known types', async () => {
    let seen: Record<string, unknown> = {}
    peer.methods.lendItem = (message) => {
      seen = message
      return { number: 9007199254740993n, open: true, item: { parts: [{}], inner: { mark: 5n } } }
    }
    const { structuredContent, text } = await call('lend_item', {
      item: {
        bigNumber: '9007199254740993',
        cover: 'AQID',
        price: 1.5,
        color: 'COLOR_RED',
        parts: [{ bigNumber: -1 }],
      },
      note: '',
      roomNumber: 7,
      colors: { a: 'COLOR_RED' },
      until: '2026-01-31T12:00:00.5Z',
      grace: '1.5s',
      extra: { a: [1, 'x', null] },
      urgent: false,
      sizes: [1, 2],
      any: { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '3s' },
    })
    expect(text).toContain('9007199254740993')
    expect(seen).toMatchObject({
      item: {
        bigNumber: 9007199254740993n,
        cover: new Uint8Array([1, 2, 3]),
        price: 1.5,
        color: 1,
        parts: [{ bigNumber: -1n }],
      },
      note: '',
      where: { case: 'room', value: 7 },
      colors: { a: 1 },
      until: { seconds: 1769860800n, nanos: 500_000_000 },
      grace: { seconds: 1n, nanos: 500_000_000 },
      urgent: false,
      sizes: [1, 2],
    })
    expect(structuredContent).toMatchObject({
      number: '9007199254740993',
      open: true,
      names: [],
      item: { bigNumber: '0', color: 'COLOR_UNSPECIFIED', parts: [{}], inner: { mark: '5' } },
    })
  })

  it('takes messages that are plain values in JSON, and empty ones', async () => {
    peer.methods.lookUp = ({ value }) => ({ value: `No. ${String(value)}` })
    expect((await call('look_up', { value: '12' })).text).toBe('No. 12')
    peer.methods.settle = () => ({})
    expect((await call('settle', {})).structuredContent).toEqual({})
  })

  it('gets the token that was set', async () => {
    let header: string | null = ''
    peer.methods.settle = (_message, { requestHeader }) => {
      header = requestHeader.get('authorization')
      return {}
    }
    await call('settle', {}, { TOKEN: 'tok-1234567' })
    expect(header).toBe('Bearer tok-1234567')
  })

  it('refuses with codes, words and details that a model can read', async () => {
    peer.methods.settle = () => {
      throw new ConnectError('No such loan: ünknown', Code.NotFound)
    }
    const { isError, text } = await call('settle', {})
    expect({ isError, text }).toEqual({ isError: true, text: 'settle failed: NOT_FOUND: No such loan: ünknown' })
  })

  it('streams messages, and tells why a stream ended early', async () => {
    peer.methods.watchLoans = async function* ({ count }) {
      for (let number = 1; number <= Number(count); number++) yield { number: BigInt(number) }
      if (count === 2) throw new ConnectError('Closed.', Code.Aborted)
    }
    expect((await call('watch_loans', { count: 3 })).structuredContent).toEqual({ messages: ['1', '2', '3'].map(loan) })
    expect((await call('watch_loans', { count: 2 })).structuredContent).toEqual({
      messages: ['1', '2'].map(loan),
      note: 'The stream broke off: ABORTED: Closed.',
    })
    expect((await call('watch_loans', { count: 0 })).structuredContent).toEqual({ messages: [] })
  })

  it('is not asked what does not fit the messages', async () => {
    const { isError, text } = await call('lend_item', { shelf: 'a', roomNumber: 1 })
    expect(isError).toBe(true)
    expect(text).toContain('The arguments are no desk.v1.LendItemRequest')
  })
})
