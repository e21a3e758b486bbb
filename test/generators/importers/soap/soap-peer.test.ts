import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { soapImporter } from '../../../../generators/importers/soap/soap-importer.ts'
import { callOperation } from '../../../../runtime/library/call-operation.ts'
import { soapCodec } from '../../../../runtime/library/soap/soap-codec.ts'
import type { ImportedApi } from '../../../../src/model/api-importer.ts'
import { contextWith } from '../../../runtime/library/wire.ts'
import { fixtureText, operationNamed } from '../read-fixture.ts'
import { type SoapPeer, startSoapPeer } from './soap-peer.ts'

let peer: SoapPeer
let api: ImportedApi

beforeAll(async () => {
  const operations = ['LendItem', 'FindTitle', 'DeleteAll', 'GetSecret']
  peer = await startSoapPeer(fixtureText('desk.wsdl'), { DeskPort: operations, SumsPort: ['Add'] })
  const wsdl = await (await fetch(`${peer.origin}/soap/desk?wsdl`)).text()
  api = await soapImporter.read(wsdl, { baseUrl: peer.origin })
})

afterAll(() => peer[Symbol.asyncDispose]())

async function call(name: string, input: Record<string, unknown>, env: Record<string, string> = {}) {
  const context = contextWith({ credentials: api.credentials, env, protocols: { soap: soapCodec } })
  const result = await callOperation(operationNamed(api, name), input, context)
  const [block] = result.content
  return { ...result, text: block?.type === 'text' ? block.text : '' }
}

describe('a server of another maker', () => {
  it('reads what a tool sends: types, lists, attributes, choices, escapes', async () => {
    peer.answers.LendItem = () => ({
      loan: [
        { number: '9007199254740993', open: true, returned: '2026-01-31', item: { attributes: { id: 4 }, title: 'A' } },
      ],
    })
    const { isError, text } = await call('lend_item', {
      item: {
        xsi_type: 'Book',
        id: '9007199254740993',
        title: 'Tom & <Jerry> ]]> "quoted"\r\n\tnext',
        price: 1e-7,
        author: [{ name: 'Ada', born: '1815-12-10' }, { name: null }],
        shelf: 'B"7',
      },
      room: 3,
      desk: 4,
      fee: { value: '12.50', currency: 'EUR' },
      sizes: [1, 2, 3],
      cover: 'AQID',
    })
    expect({ isError, text }).toMatchObject({ isError: undefined })
    const [{ input } = { input: undefined }] = peer.calls.splice(0)
    expect(input).toMatchObject({
      item: {
        attributes: { id: '9007199254740993' },
        title: 'Tom & <Jerry> ]]> "quoted"\r\n\tnext',
        price: 1e-7,
        author: [{ name: 'Ada' }, null],
      },
      room: 3,
      desk: 4,
      fee: { $value: 12.5, attributes: { currency: 'EUR' } },
      sizes: '1 2 3',
      cover: 'AQID',
    })
  })

  it('is answered with numbers, booleans and lists as JSON has them', async () => {
    peer.answers.LendItem = () => ({ loan: { number: '7', open: false } })
    const { structuredContent } = await call('lend_item', {
      item: { xsi_type: 'Film', id: 1, title: 'A', minutes: 5 },
      shelf: 'x',
    })
    expect(structuredContent).toEqual({ loan: [{ number: 7, open: false }] })
    peer.answers.FindTitle = () => ({ FindTitleResponse: 41 })
    expect((await call('find_title', { FindTitle: 'x' })).isError).toBeUndefined()
  })

  it('speaks rpc style and SOAP 1.2', async () => {
    peer.answers.Add = (input) => ({ sum: Number(Object(input).left) + 0.5 })
    expect((await call('add', { left: 2, person: { name: 'Bo' } })).structuredContent).toEqual({ sum: 2.5 })
    expect(peer.calls.splice(0).at(-1)?.input).toMatchObject({ left: '2', person: { name: 'Bo' } })
  })

  it('gets logins in headers, with their values as they are', async () => {
    peer.answers.GetSecret = () => ({})
    const env = { AUTH_HEADER_USER_NAME: 'ada', AUTH_HEADER_PASSWORD: 'a&b<c>' }
    await call('get_secret', { AuthHeader: { Tenant: 't1' } }, env)
    expect(peer.calls.splice(0)[0]?.headers).toMatchObject({
      AuthHeader: { UserName: 'ada', Password: 'a&b<c>', Tenant: 't1' },
    })
  })

  it('reads a login by WS-Security', async () => {
    peer.answers.FindTitle = () => ({})
    const before = peer.logins.length
    await call('find_title', { FindTitle: 'x' }, { WSSE: 'ada:a:b&c' })
    expect(peer.logins.slice(before)).toMatchObject([
      { UsernameToken: { Username: 'ada', Password: { $value: 'a:b&c' } } },
    ])
    await call('find_title', { FindTitle: 'x' })
    expect(peer.logins).toHaveLength(before + 1)
  })

  it('refuses with faults that a model can read', async () => {
    peer.answers.FindTitle = () => {
      throw { Fault: { faultcode: 'soap:Client', faultstring: 'No such <title>', detail: { code: 17 } } }
    }
    const { isError, text } = await call('find_title', { FindTitle: 'x' })
    expect(isError).toBe(true)
    expect(text).toBe(
      'find_title failed: SOAP fault Client: No such <title>\nDetail: {"code":"17"}\nCorrect the arguments and call again.',
    )
  })
})
