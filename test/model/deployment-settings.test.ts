import { describe, expect, it } from 'vitest'
import { settingsBetween, settingsOnReturn, withSettings } from '../../src/model/deployment-settings.ts'

describe('settings of a deploy', () => {
  it('are those before it with what is named, and without what is null', () => {
    expect(withSettings({ key: 2, domain: 'a.example' }, { domain: null, sessions: true })).toEqual({
      key: 2,
      sessions: true,
    })
  })

  it('differ in what has to be named to get there, in whatever order properties come', () => {
    const before = { login: { client_id: 'a', allow: ['*'] }, key: 2, domain: 'a.example' }
    const after = { key: 3, login: { allow: ['*'], client_id: 'a' }, origins: [] }
    const between = settingsBetween(before, after)
    expect(between).toEqual({ key: 3, domain: null, origins: [] })
    expect(settingsBetween(after, withSettings(before, between))).toEqual({})
  })
})

describe('settings of a version that comes back', () => {
  const versioned = ['limits', 'sessions']

  it('are its own where they belong to its code', () => {
    const own = { sessions: true, limits: { cpu_ms: 50 } }
    expect(settingsOnReturn(own, { limits: { cpu_ms: 1 } }, versioned)).toEqual(own)
    expect(settingsOnReturn({}, { limits: { cpu_ms: 1 }, sessions: true }, versioned)).toEqual({})
  })

  it('open nothing that was closed since, and leave it where it is', () => {
    const own = { protection: 'none', key: 1, login: { client_id: 'a', allow: ['*'] } }
    const inForce = { protection: 'api-key', key: 3, domain: 'shelf.example', origins: ['https://a.example'] }
    expect(settingsOnReturn(own, inForce, versioned)).toEqual(inForce)
  })

  it('give it all of the requests', () => {
    expect(settingsOnReturn({ traffic: 10 }, { traffic: 30, key: 2 }, versioned)).toEqual({ key: 2 })
  })
})
