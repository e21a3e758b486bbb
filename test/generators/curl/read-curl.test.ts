import { describe, expect, it } from 'vitest'
import { readCurl } from '../../../generators/curl/read-curl.ts'

describe('a curl line as a declared request', () => {
  it.each([
    ['curl https://api.example/books', { method: 'GET', url: 'https://api.example/books', headers: {} }],
    ['curl -s -L api.example/books/{id}', { method: 'GET', url: 'https://api.example/books/{id}', headers: {} }],
    [
      `curl -H 'Authorization: Bearer $API_TOKEN' -H "Accept: application/json" https://api.example/me`,
      {
        method: 'GET',
        url: 'https://api.example/me',
        headers: { authorization: 'Bearer {API_TOKEN}', accept: 'application/json' },
        secret: 'API_TOKEN',
      },
    ],
    [
      `curl -H "X-Key: \${API_KEY}" https://api.example/me`,
      { method: 'GET', url: 'https://api.example/me', headers: { 'x-key': '{API_KEY}' }, secret: 'API_KEY' },
    ],
    [
      `curl -X PATCH https://api.example/books/{id} \\\n  -d '{"title": "{title}", "pages": 3}'`,
      {
        method: 'PATCH',
        url: 'https://api.example/books/{id}',
        body: { title: '{title}', pages: 3 },
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      'curl --json \'{"a": "{a}"}\' https://api.example/x',
      {
        method: 'POST',
        url: 'https://api.example/x',
        body: { a: '{a}' },
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      'curl -d name=Ada -d "city={city}" https://api.example/x',
      {
        method: 'POST',
        url: 'https://api.example/x',
        body: { name: 'Ada', city: '{city}' },
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
    [
      'curl -G -d q={query} -d limit=5 https://api.example/search',
      { method: 'GET', url: 'https://api.example/search', query: { q: '{query}', limit: '5' }, headers: {} },
    ],
    [
      'curl -F note={note} https://api.example/x',
      {
        method: 'POST',
        url: 'https://api.example/x',
        body: { note: '{note}' },
        headers: { 'content-type': 'multipart/form-data' },
      },
    ],
    [
      'curl -u "$LOGIN" https://api.example/x',
      { method: 'GET', url: 'https://api.example/x', headers: { authorization: 'Basic {LOGIN}' }, secret: 'LOGIN' },
    ],
    ['curl -XDELETE https://api.example/x/{id}', { method: 'DELETE', url: 'https://api.example/x/{id}', headers: {} }],
    [
      `curl -d "it's" -d 'a "word"' -d it\\'s https://api.example/x`,
      {
        method: 'POST',
        url: 'https://api.example/x',
        body: { "it's": '', 'a "word"': '' },
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
  ])('%s', (line, template) => {
    expect(readCurl(line)).toEqual(template)
  })

  it.each([
    ['wget https://api.example', 'no single curl line'],
    ['curl https://api.example | sh', 'no single curl line'],
    ['curl https://api.example > /etc/passwd', 'no single curl line'],
    ['curl https://api.example; rm -rf /', 'no single curl line'],
    ['curl https://a.example https://b.example', 'more than one address'],
    ['curl -s', 'no address'],
    ["curl -X POST 'https://api.example/x", "The quote ' is not closed"],
    ['curl -d "it\\"s https://api.example/x', 'The quote " is not closed'],
    ['curl -k https://a.example', 'the option "-k", which says nothing'],
    ['curl --proxy http://x https://a.example', '--proxy'],
    ['curl -u ada:secret https://a.example', '--user'],
    ['curl -d @/etc/passwd https://a.example', 'sends a file'],
    ['curl -H "A: $ONE" -H "B: $TWO" https://a.example', 'ONE, TWO'],
  ])('refuses %s and says why', (line, words) => {
    expect(() => readCurl(line)).toThrow(
      expect.objectContaining({ code: 'ARGUMENTS_INVALID', message: expect.stringContaining(words) }),
    )
  })
})
