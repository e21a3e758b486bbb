import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'

import { openApiImporter } from '../../../../generators/importers/openapi/openapi-importer.ts'
import { operationNamed } from '../read-fixture.ts'

const json = (schema: object) => ({ description: 'ok', content: { 'application/json': { schema } } })
const list = { type: 'array', items: { type: 'object' } }

function describeGet(operation: object): string {
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    servers: [{ url: 'https://api.example.com' }],
    paths: { '/things': { get: { operationId: 'listThings', summary: 'Lists things.', ...operation } } },
  })
}

async function importGet(operation: object) {
  return operationNamed(await openApiImporter.read(describeGet(operation), {}), 'list_things')
}

const query = (...names: string[]) => names.map((name) => ({ name, in: 'query', schema: { type: 'string' } }))

describe('a tool whose answers are paged', () => {
  it.each<[string, object, string]>([
    [
      'by page',
      { parameters: query('page', 'per_page') },
      'Lists things.\nPaged: next page with "page", size with "per_page".',
    ],
    [
      'by cursor, as Stripe does',
      { parameters: query('ending_before', 'limit', 'starting_after') },
      'Lists things.\nPaged: go on with "starting_after", size with "limit".',
    ],
    [
      'by offset',
      { parameters: query('offset', 'limit') },
      'Lists things.\nPaged: skip with "offset", size with "limit".',
    ],
    [
      'by Link header alone',
      { responses: { 200: { ...json(list), headers: { Link: { schema: { type: 'string' } } } } } },
      'Lists things.\nPaged: each answer tells how to ask for the next page.',
    ],
  ])('says so when it is %s', async (_, operation, expected) => {
    expect((await importGet(operation)).description).toBe(expected)
  })

  it('says so within the length of a description', async () => {
    const { description } = await importGet({ description: 'word '.repeat(500), parameters: query('page') })
    expect(description.length).toBeLessThanOrEqual(600)
    expect(description).toMatch(/…\nPaged: next page with "page"\.$/)
  })

  it("says so in GitHub's own description", async () => {
    const path = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')
    const whole = JSON.parse(readFileSync(path, 'utf8'))
    const wanted = '/users/{username}/repos'
    const part = { ...whole, paths: { [wanted]: whole.paths[wanted] } }
    const operation = operationNamed(await openApiImporter.read(JSON.stringify(part), {}), 'repos_list_for_user')
    expect(operation.description).toMatch(/Paged: next page with "page", size with "per_page"\.$/)
    expect(operation.call.fields).toBe('fields')
  })
})

describe('the argument "fields"', () => {
  it('is offered where a read tool answers a JSON list or a large object', async () => {
    const operation = await importGet({ responses: { 200: json(list) } })
    expect(operation.call.fields).toBe('fields')
    expect(operation.inputSchema.properties).toHaveProperty('fields')
    expect(operation.call.parameters).toEqual([])
  })

  it.each<[string, object]>([
    ['the API has one of that name itself', { parameters: query('fields'), responses: { 200: json(list) } }],
    [
      'the tool promises a small object',
      { responses: { 200: json({ type: 'object', properties: { id: { type: 'string' } } }) } },
    ],
    ['the answer is one value', { responses: { 200: json({ type: 'string' }) } }],
    ['the answer is no JSON', { responses: { 200: { description: 'ok', content: { 'text/csv': {} } } } }],
    ['the tool does not only read', { 'x-mcp': { effect: 'write' }, responses: { 200: json(list) } }],
  ])('is not when %s', async (_, operation) => {
    const { call } = await importGet(operation)
    expect(call.fields).toBeUndefined()
  })
})
