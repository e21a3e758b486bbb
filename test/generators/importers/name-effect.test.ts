import { expect, it } from 'vitest'
import { effectOfName } from '../../../generators/importers/name-effect.ts'

it.each([
  ['GetUser', 'read'],
  ['listOrders', 'read'],
  ['IsAlive', 'read'],
  ['CheckoutCart', 'write'],
  ['GetOrCreateUser', 'write'],
  ['GetAndDeleteMessage', 'delete'],
  ['GetDeletedItems', 'read'],
  ['deleteorder', 'delete'],
  ['CancelLoan', 'delete'],
  ['Settle', 'write'],
  ['Add', 'write'],
  ['', 'write'],
])('%s is a %s', (name, effect) => {
  expect(effectOfName(name)).toBe(effect)
})
