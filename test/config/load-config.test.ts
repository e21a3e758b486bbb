import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'

describe('the configuration', () => {
  it('follows the XDG rules on Linux, the platforms own elsewhere, and MCPWRIGHT_HOME everywhere', () => {
    expect(loadConfig({ HOME: '/home/ada' }, 'linux')).toMatchObject({
      home: '/home/ada/.local/share/mcpwright',
      cache: '/home/ada/.cache/mcpwright',
    })
    expect(loadConfig({ HOME: '/home/ada', XDG_DATA_HOME: '/data', XDG_CACHE_HOME: '/tmp/c' }, 'linux')).toMatchObject({
      home: '/data/mcpwright',
      cache: '/tmp/c/mcpwright',
    })
    expect(loadConfig({ HOME: '/home/ada', MCPWRIGHT_HOME: '/srv/m' }, 'darwin')).toMatchObject({
      home: '/srv/m',
      cache: '/srv/m/cache',
    })
  })

  it('reads pairs of a secret and its host', () => {
    const { envSecrets } = loadConfig(
      { MCPWRIGHT_ENV_SECRETS: 'GITHUB_TOKEN@API.github.com, OTHER@h:8443', GITHUB_TOKEN: 'x' },
      'linux',
    )
    expect(envSecrets).toEqual([
      { name: 'GITHUB_TOKEN', host: 'api.github.com', value: 'x' },
      { name: 'OTHER', host: 'h:8443', value: undefined },
    ])
  })

  it('has no variable of its own settings to send anywhere, nor the address of a proxy, which may hold a password', () => {
    const env = {
      DATABASE_URL: 'a',
      MCPWRIGHT_MASTER_KEY: 'b',
      NODE_OPTIONS: 'c',
      HTTPS_PROXY: 'http://d',
      ALL_PROXY: 'e',
      API_KEY: 'f',
    }
    const { ownVariable } = loadConfig(env)
    expect(Object.keys(env).map(ownVariable)).toEqual([undefined, undefined, undefined, undefined, undefined, 'f'])
  })

  it('reads the proxies as curl does: in either case, the lower first, also without a scheme', () => {
    const env = {
      HTTPS_PROXY: 'http://upper.example:1',
      https_proxy: 'https://ada:pw@lower.example:2',
      HTTP_PROXY: 'plain.example:3',
      no_proxy: ' a.example, .b.example 10.0.0.0/8',
    }
    expect(loadConfig(env, 'linux').network.proxies).toEqual({
      https: 'https://ada:pw@lower.example:2',
      http: 'http://plain.example:3',
      except: ['a.example', '.b.example', '10.0.0.0/8'],
    })
    expect(loadConfig({}, 'linux').network.proxies).toEqual({ except: [] })
    expect(loadConfig({ HTTPS_PROXY: 'http://upper.example:1', https_proxy: '' }, 'linux').network.proxies).toEqual({
      except: [],
    })
  })

  it.each(['socks5://ada:secret@proxy.example', 'ftp://secret', 'http://se cret'])(
    'refuses %s as a proxy without repeating it',
    (proxy) => {
      const refusal = expect.objectContaining({
        code: 'CONFIGURATION_INVALID',
        message: expect.not.stringContaining('secret'),
        fix: expect.not.stringContaining('secret'),
      })
      expect(() => loadConfig({ HTTP_PROXY: proxy })).toThrow(refusal)
      expect(() => loadConfig({ https_proxy: proxy })).toThrow(refusal)
    },
  )

  it.each([
    ['MCPWRIGHT_PORT', '70000'],
    ['MCPWRIGHT_PORT_RANGE', '5-4'],
    ['MCPWRIGHT_ENV_SECRETS', 'lower@host'],
    ['MCPWRIGHT_IDLE_MINUTES', 'soon'],
    ['MCPWRIGHT_FILE_TOOLS', 'yes'],
    ['MCPWRIGHT_REQUESTS_PER_MINUTE', '1.5'],
    ['MCPWRIGHT_REQUESTS_PER_MINUTE', '-1'],
  ])('refuses a wrong %s, naming it and its value', (name, value) => {
    expect(() => loadConfig({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining(value) }),
    )
  })

  it('tells of a setting it does not know, with the nearest it does', () => {
    expect(loadConfig({ MCPWRIGHT_PROT: '1' }).warnings).toEqual([
      expect.stringContaining('Did you mean MCPWRIGHT_PORT?'),
    ])
  })
})
