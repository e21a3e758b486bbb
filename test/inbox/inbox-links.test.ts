import { beforeEach, describe, expect, it } from 'vitest'
import { createInboxLinks, type InboxLinks, isFormOf } from '../../src/inbox/inbox-links.ts'
import { LOCAL_TENANT, type TenantId } from '../../src/model/ids.ts'
import type { Principal } from '../../src/model/principal.ts'

const LIFE_MS = 600_000
const owner: Principal = { tenantId: LOCAL_TENANT, subject: 'owner', scopes: ['write'] }
const other: Principal = { tenantId: 'another' as TenantId, subject: 'other', scopes: ['write'] }
let clock: number
let links: InboxLinks

beforeEach(() => {
  clock = 1_000
  links = createInboxLinks(LIFE_MS, () => clock)
})

describe('links to the inbox', () => {
  it('open once, as the one they were made for', () => {
    const [mine, theirs] = [links.mint(owner, 'all'), links.mint(other, 'all')]
    expect(links.open(mine)?.session.principal).toBe(owner)
    expect(links.open(mine)).toBeUndefined()
    expect(links.open(theirs)?.session.principal).toBe(other)
  })

  it('end after their time, and so do the sessions they opened', () => {
    const [used, unused] = [links.mint(owner, 'all'), links.mint(owner, 'all')]
    const sessionToken = links.open(used)?.sessionToken ?? ''
    clock += LIFE_MS - 1
    expect(links.find(sessionToken)).toBeDefined()
    clock += 1
    expect(links.find(sessionToken)).toBeUndefined()
    expect(links.open(unused)).toBeUndefined()
  })

  it('are no session, and a session is no link', () => {
    const link = links.mint(owner, 'all')
    expect(links.find(link)).toBeUndefined()
    const sessionToken = links.open(link)?.sessionToken ?? ''
    expect(links.open(sessionToken)).toBeUndefined()
    expect(links.find(`${sessionToken.slice(0, -1)}_`)).toBeUndefined()
  })

  it("know each session's own forms", () => {
    const one = links.open(links.mint(owner, 'all'))?.session
    const two = links.open(links.mint(owner, 'all'))?.session
    if (!one || !two) throw new Error('A new link opens.')
    expect(isFormOf(one, one.formToken)).toBe(true)
    expect(isFormOf(one, two.formToken)).toBe(false)
    expect(isFormOf(one, '')).toBe(false)
  })
})
