import { describe, expect, it } from 'vitest'

import { argumentProblems } from '../../../runtime/library/argument-problems.ts'

const schema = {
  type: 'object',
  properties: {
    owner: { type: 'string', description: 'The account.\nMore of it.' },
    state: { type: 'string', enum: ['open', 'closed'] },
    per_page: { type: 'integer', minimum: 1, maximum: 100 },
    labels: { type: 'array', maxItems: 2, items: { $ref: '#/$defs/label' } },
    code: { type: 'string', minLength: 2, maxLength: 3 },
    target: { oneOf: [{ type: 'integer' }, { type: 'object', properties: { id: { type: 'integer' } } }] },
    sha: { type: 'string', pattern: '^[0-9a-f]+$' },
    when: { type: ['string', 'null'] },
  },
  required: ['owner'],
  additionalProperties: false,
  $defs: { label: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
}

describe('argumentProblems', () => {
  it.each<[object, string[]]>([
    [{}, ['"owner" is missing (a text): The account.']],
    [{ ownr: 'x' }, ['"owner" is missing (a text): The account.', '"ownr" is not known (did you mean "owner"?)']],
    [{ owner: 'x', state: 'opn' }, ['"state" is "opn"; expected one of "open", "closed" (did you mean "open"?)']],
    [{ owner: 'x', per_page: '5' }, ['"per_page" is "5"; expected an integer']],
    [{ owner: 'x', per_page: 500 }, ['"per_page" is 500; expected at most 100']],
    [{ owner: 'x', labels: [{}] }, ['"labels[0].name" is missing (a text)']],
    [{ owner: 'x', labels: [{ name: 1 }] }, ['"labels[0].name" is 1; expected a text']],
    [{ owner: 'x', labels: [1, 2, 3] }, ['"labels" has 3 items; expected at most 2']],
    [{ owner: 'x', code: 'long' }, ['"code" has 4 characters; expected at most 3']],
    [{ owner: 'x', target: 'me' }, ['"target" is "me"; expected an integer']],
    [{ owner: 'x', target: { id: 'me' } }, ['"target" is {"id":"me"}; expected an integer']],
    [{ owner: 'x', sha: 'XY' }, ['"sha" is "XY"; expected a text that fits ^[0-9a-f]+$']],
    [{ owner: 'x', when: 1 }, ['"when" is 1; expected a text or a null']],
    [{ owner: null, state: 'open' }, ['"owner" is null; expected a text']],
    [{ owner: 'x', target: 7, sha: 'ab', labels: [{ name: 'a' }] }, []],
  ])('says of %j: %j', (input, expected) => {
    expect(argumentProblems(schema, input)).toEqual(expected)
  })

  it('names what there is where no name is near', () => {
    expect(argumentProblems(schema, { owner: 'x', zzzzzz: 1 })).toEqual([
      '"zzzzzz" is not known; there is also state, per_page, labels, code, target, sha, when',
    ])
  })

  it('ends on schemas that contain themselves', () => {
    const self = { type: 'object', properties: { next: { $ref: '#' } }, anyOf: [{ $ref: '#' }] }
    expect(argumentProblems(self, { next: { next: 1 } })).not.toEqual([])
  })
})
