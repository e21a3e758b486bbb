import { describe, expect, it } from 'vitest'
import { readSettings } from '../../../../runtime/targets/cloudflare/read-settings.ts'

const login = { issuer: 'https://issuer.example', client_id: 'desk', allow: ['ann@example.com'] }

describe('settings for Cloudflare', () => {
  it('are protected by an API key and stateless when nothing is said', () => {
    expect(readSettings({})).toEqual({ protection: 'api-key', sessions: false, traffic: 100, key: 1 })
  })

  it('take what is given, a host in lower case', () => {
    expect(
      readSettings({ domain: 'MCP.Example.com', requests_per_minute: 30, traffic: 10, limits: { cpu_ms: 50 } }),
    ).toEqual({
      protection: 'api-key',
      sessions: false,
      traffic: 10,
      domain: 'mcp.example.com',
      key: 1,
      requestsPerMinute: 30,
      limits: { cpuMs: 50 },
    })
  })

  it.each([
    [{ protection: 'oauth' }, 'issuer is missing'],
    [{ protection: 'oauth', issuer: 'http://issuer.example' }, 'expected an https URL'],
    [{ issuer: 'https://issuer.example' }, 'issuer is given, but protection is "api-key"'],
    [{ protection: 'basic' }, 'expected one of "api-key", "none", "oauth", "login"'],
    [{ protection: 'login' }, 'login is missing'],
    [{ login }, 'login is given, but protection is "api-key"'],
    [{ protection: 'login', login: { ...login, allow: [] } }, 'login.allow is empty'],
    [{ protection: 'login', login: { ...login, allow: ['ann'] } }, 'login.allow holds "ann"'],
    [{ protection: 'login', login: { ...login, allow: ['*@*'] } }, 'login.allow holds "*@*"'],
    [{ protection: 'login', login: { ...login, allow: ['github:ann'] } }, 'login.allow names GitHub accounts'],
    [{ protection: 'login', login: { ...login, issuer: 'http://issuer.example' } }, 'expected an https URL'],
    [{ protection: 'login', login: { ...login, github: true } }, 'either issuer or "github": true'],
    [{ protection: 'login', login: { ...login, client_id: 'a:b' } }, 'no colon'],
    [{ protection: 'login', login: { issuer: login.issuer, allow: login.allow } }, 'client_id'],
    [{ domain: 'not a host' }, 'domain is "not a host"'],
    [{ origins: ['https://app.example.com/path'] }, 'origins holds "https://app.example.com/path"'],
    [{ traffic: 0 }, 'traffic'],
    [{ limits: { cpu_ms: 0 } }, 'cpu_ms'],
    [{ limits: { cpu_ms: 300_001 } }, '300000'],
    [{ limits: { subrequests: 10_001 } }, '10000'],
    [{ limits: { cpuMs: 50 } }, 'cpuMs'],
    [{ protecton: 'none' }, 'protecton'],
    [{ account: 'mine' }, 'account'],
  ])('refuse %j and say what is allowed', (given, reason) => {
    expect(() => readSettings(given)).toThrow(
      expect.objectContaining({ code: 'ARGUMENTS_INVALID', message: expect.stringContaining(reason) }),
    )
  })
})
