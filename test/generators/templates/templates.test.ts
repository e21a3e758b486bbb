import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { templates } from '../../../generators/templates/index.ts'
import { readAddresses } from '../../../generators/templates/read-addresses.ts'
import { templateContract } from '../../contracts/template-contract.ts'

const root = path.resolve(import.meta.dirname, '../../..')

for (const template of templates) templateContract(template)

it('every folder of a template is in the list', () => {
  const folders = readdirSync(path.join(root, 'generators', 'templates'), { withFileTypes: true })
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  expect(templates.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
})

it.each([
  ['Orders of https://api.shop.example/v2.', ['https://api.shop.example/v2']],
  [
    '(http://127.0.0.1:8080/), "https://b.example" and https://b.example/.',
    ['http://127.0.0.1:8080', 'https://b.example'],
  ],
  ['https://user:word@c.example and ftp://d.example, https:// and none', []],
])('reads the addresses of "%s"', (description, addresses) => {
  expect(readAddresses(description)).toEqual(addresses)
})
