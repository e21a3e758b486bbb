import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { beforeAll, describe, expect, it } from 'vitest'

import { openApiImporter } from '../../../../generators/importers/openapi/openapi-importer.ts'
import type { ImportedApi } from '../../../../src/model/api-importer.ts'
import { TOOL_NAME } from '../../../../src/model/names.ts'
import { schemaProblems } from '../../../contracts/importer-contract.ts'
import { operationNamed } from '../read-fixture.ts'

/** GitHub's real description: 13 MB, circular, with 1,223 operations. */
const path = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')

describe("GitHub's own description", () => {
  let api: ImportedApi
  beforeAll(async () => {
    api = await openApiImporter.read(readFileSync(path, 'utf8'), {})
  })

  it('gives every operation and skips none', () => {
    expect(api.operations).toHaveLength(1_223)
    expect(api.skipped).toEqual([])
  })

  it('gives every operation a valid name of its own, made from its operationId', () => {
    const names = api.operations.map(({ name }) => name)
    expect(names.filter((name) => !TOOL_NAME.test(name))).toEqual([])
    expect(new Set(names).size).toBe(1_223)
    expect(names).toContain('repos_list_for_authenticated_user')
  })

  it('gives schemas that validators of both kinds compile', () => {
    const sample = api.operations.filter((_operation, index) => index % 12 === 0)
    expect(sample.flatMap(schemaProblems)).toEqual([])
  })

  it('keeps tool schemas small: under 1 MB for all, where the description has 13', () => {
    expect(JSON.stringify(api.operations.map(({ inputSchema }) => inputSchema)).length).toBeLessThan(1_000_000)
  })

  it('knows what an operation does', () => {
    const effects = Object.groupBy(api.operations, ({ effect }) => effect)
    expect(operationNamed(api, 'issues_create')).toMatchObject({
      effect: 'write',
      group: 'issues',
      label: 'POST /repos/{owner}/{repo}/issues',
      source: { pointer: '/paths/~1repos~1{owner}~1{repo}~1issues/post' },
      call: { servers: [{ url: 'https://api.github.com' }], accept: ['application/json'] },
    })
    expect(effects.delete?.every(({ call }) => call.method === 'DELETE')).toBe(true)
    expect(effects.read?.every(({ call }) => call.method === 'GET')).toBe(true)
  })

  it('sends uploads to the server of their operation', () => {
    expect(operationNamed(api, 'repos_upload_release_asset').call).toMatchObject({
      servers: [{ url: 'https://uploads.github.com' }],
      body: { mediaType: 'application/octet-stream' },
    })
  })

  it('offers a token, which the description forgets, without demanding it', () => {
    expect(api.credentials).toMatchObject([{ name: 'GITHUB_TOKEN', placement: { type: 'bearer' } }])
    expect(operationNamed(api, 'issues_create').call.security).toEqual([['GITHUB_TOKEN'], []])
  })
})
