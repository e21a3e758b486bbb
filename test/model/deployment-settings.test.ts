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
  it('are its own, with all of the requests', () => {
    expect(settingsOnReturn({ traffic: 10, sessions: true }, { origins: ['https://a.example'] })).toEqual({
      sessions: true,
    })
  })

  it('bring back no key that is over, and no login that was ended', () => {
    const login = { client_id: 'a', allow: ['*'] }
    expect(settingsOnReturn({ key: 1 }, { key: 3 })).toEqual({ key: 3 })
    expect(settingsOnReturn({}, { key: 2 })).toEqual({ key: 2 })
    expect(settingsOnReturn({ login }, { login: { ...login, generation: 4 } })).toEqual({
      login: { ...login, generation: 4 },
    })
    expect(settingsOnReturn({ login: { ...login, generation: 2 } }, {})).toEqual({ login: { ...login, generation: 2 } })
  })
})
