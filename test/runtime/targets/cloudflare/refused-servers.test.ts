import { describe, expect, it } from 'vitest'
import { refuseUnfit } from '../../../../runtime/targets/cloudflare/refuse-unfit.ts'
import { refuseUnprotected } from '../../../../runtime/targets/cloudflare/refuse-unprotected.ts'
import { requestOf } from '../../../contracts/deployment-target-contract.ts'

describe('what cannot work on Cloudflare', () => {
  it.each([
    'localhost:3000',
    '127.0.0.1',
    '10.1.2.3:8080',
    '192.168.1.1',
    '[::1]:80',
    '169.254.169.254',
    'printer',
    'api.internal',
    'nas.local',
    '2130706433',
  ])('is a server that calls %s: the local target is offered', (host) => {
    expect(() => refuseUnfit({ ...requestOf({}), hosts: ['api.example.com', host] })).toThrow(
      expect.objectContaining({
        code: 'TARGET_REFUSED',
        message: expect.stringContaining(`"${host}"`),
        next: { tool: 'deploy', arguments: { server: 'tiny', target: 'local' } },
      }),
    )
  })

  it('is told all at once: client certificates, gRPC, connected servers of this network', () => {
    const request = requestOf({})
    const certificate = {
      name: 'BANK_CERT',
      hosts: ['bank.example'],
      placement: { type: 'mutualTLS', key: 'BANK_KEY' },
      purpose: '',
    } as const
    const unfit = {
      ...request,
      credentials: [certificate],
      connected: { connections: [{ name: 'near', url: 'http://127.0.0.1:9/mcp' }], tools: {} },
      build: { ...request.build, files: { 'src/entries/without-grpc.ts': '' } },
    }
    // A connection has more parts, which nothing here reads.
    const refuse = () => refuseUnfit(unfit as unknown as Parameters<typeof refuseUnfit>[0])
    expect(refuse).toThrow(/"127\.0\.0\.1:9".*"BANK_CERT".*gRPC/)
  })

  it('is not a server of public addresses', () => {
    expect(() => refuseUnfit({ ...requestOf({}), hosts: ['api.example.com', '1.1.1.1:8443'] })).not.toThrow()
  })
})

describe('a server without protection', () => {
  const request = requestOf({})
  const stakes = { secrets: ['API_TOKEN'], effects: { list_books: 'read', add_book: 'write' } } as const

  it('is refused while it holds a secret or changes something', () => {
    expect(() => refuseUnprotected(request, { protection: 'none' }, stakes, false)).toThrow(
      expect.objectContaining({
        code: 'TARGET_NOT_PROTECTED',
        message: expect.stringMatching(/it holds "API_TOKEN", and "add_book" changes something/),
      }),
    )
  })

  it('is also one that everybody with a login may call', () => {
    const login = { issuer: 'https://issuer.example', client_id: 'desk', allow: ['ann@example.com', '*'] }
    const refuse = (allow: readonly string[], isApproved = false) =>
      refuseUnprotected(request, { protection: 'login', login: { ...login, allow } }, stakes, isApproved)
    expect(() => refuse(login.allow)).toThrow(
      expect.objectContaining({ code: 'TARGET_NOT_PROTECTED', message: expect.stringContaining('"*" in login.allow') }),
    )
    expect(() => refuse(login.allow, true)).not.toThrow()
    expect(() => refuse(['ann@example.com'])).not.toThrow()
  })

  it('is allowed when a person has agreed, when nothing is at stake, and with protection', () => {
    const readOnly = { secrets: [], effects: { list_books: 'read' } } as const
    expect(() => refuseUnprotected(request, { protection: 'none' }, stakes, true)).not.toThrow()
    expect(() => refuseUnprotected(request, { protection: 'none' }, readOnly, false)).not.toThrow()
    expect(() => refuseUnprotected(request, { protection: 'api-key' }, stakes, false)).not.toThrow()
  })
})
