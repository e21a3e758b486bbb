import { describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import { contextWith, operationWith, parameterWith, recordingFetch } from './wire.ts'

async function sentUrl(value: unknown, path = '/users/{color}/keys'): Promise<string | undefined> {
  const { requests, fetch } = recordingFetch()
  const operation = operationWith({ path, parameters: [parameterWith({ in: 'path' })] })
  const result = await callOperation(operation, { color: value }, contextWith({ fetch }))
  expect(result.isError ?? false).toBe(requests.length === 0)
  return requests[0]?.url
}

describe('arguments in the path', () => {
  it.each([
    '..',
    '.',
    '../../admin',
    '..\\admin',
    '%2e%2e',
    '%2e%2e%2fadmin',
    '..%2fadmin',
    '%252e%252e',
    '..;/admin',
    '..;',
    'a/../b',
    '',
    [],
    null,
    undefined,
  ])('refuses %j without a request', async (value) => {
    expect(await sentUrl(value)).toBeUndefined()
  })

  it.each([
    ['a/b', 'a%2Fb'],
    ['//evil.example', '%2F%2Fevil.example'],
    ['a?x=1', 'a%3Fx%3D1'],
    ['a#b', 'a%23b'],
    ['a\\b', 'a%5Cb'],
    ['main...dev', 'main...dev'],
    ['.hidden', '.hidden'],
    ['100%', '100%25'],
    ['@evil.example', '%40evil.example'],
    ['\ud800', '%EF%BF%BD'],
  ])('keeps %j in its segment', async (value, expected) => {
    expect(await sentUrl(value)).toBe(`https://api.example.com/v1/users/${expected}/keys`)
  })

  it('refuses two arguments that make a parent segment together', async () => {
    const { requests, fetch } = recordingFetch()
    const operation = operationWith({
      path: '/{color}{shade}/x',
      parameters: [parameterWith({ in: 'path' }), parameterWith({ in: 'path', name: 'shade', argument: 'shade' })],
    })
    const result = await callOperation(operation, { color: '.', shade: '.' }, contextWith({ fetch }))
    expect(result.isError).toBe(true)
    expect(requests).toEqual([])
  })

  it('stays on the host when the path of the description begins with two slashes', async () => {
    expect(await sentUrl('x', '//evil.example/{color}')).toBe('https://api.example.com/v1//evil.example/x')
  })

  it('keeps a query that the description writes into its path', async () => {
    expect(await sentUrl('a&b', '/search?kind=user&name={color}')).toBe(
      'https://api.example.com/v1/search?kind=user&name=a%26b',
    )
  })
})
