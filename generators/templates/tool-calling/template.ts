import { codeTools, sharedCode } from '../code-tools.ts'
import { savedTest } from '../saved-tests.ts'
import { given, integer, list, object, options, text } from '../schemas.ts'
import type { Template } from '../template.ts'

const title = text('The title of a document; each is there once.', 200)
const question = text('A question in whole words.', 1_000)
const limit = integer(1, 20, 'How many passages at most.')
const quoted = object({ text: given.text, sources: given.list(given.text) })

const ANSWER =
  'This server answers questions from documents. A document is added with add_document. An answer quotes the passages that it is made from, with the title of their document.'

export const toolCalling: Template = {
  name: 'tool-calling',
  summary: 'Tools that build on each other: one finds, hands its result on by id, one quotes it, and one does both.',
  build: (asked) => ({
    tools: codeTools(asked, [
      {
        name: 'answer_question',
        title: 'Answer a question',
        description:
          'Answers a question from the documents in one call: it finds the passages and quotes them. Returns the quotes with the titles of their documents.',
        effect: 'read',
        input: object({ question, limit }, ['limit']),
        output: quoted,
      },
      {
        name: 'find_passages',
        title: 'Find passages',
        description:
          'Finds the passages of all documents that fit a question best. Returns their beginnings, and a result_id by which quote_passages quotes them whole.',
        effect: 'read',
        input: object({ question, limit }, ['limit']),
        output: object({
          result_id: given.text,
          passages: given.list(object({ title: given.text, score: given.number, begins: given.text })),
        }),
      },
      {
        name: 'quote_passages',
        title: 'Quote passages',
        description:
          'Quotes what find_passages found, all of it or some. Returns the quotes, and the titles of their documents as numbered sources.',
        effect: 'read',
        input: object(
          {
            result_id: text('The result_id of find_passages; it counts for an hour.', 20),
            numbers: list(integer(1, 20, 'Which passage, from 1.'), 'Only these passages.', 20),
          },
          ['numbers'],
        ),
        output: quoted,
      },
      {
        name: 'add_document',
        title: 'Add a document',
        description:
          'Keeps a document that questions are answered from, in the place of the one with its title. Returns its title and length.',
        effect: 'write',
        input: object({ title, text: text('Its text.', 50_000) }),
        output: object({ title: given.text, characters: given.integer }),
      },
      {
        name: 'list_documents',
        title: 'List documents',
        description:
          'Lists the documents that were added, by title. Returns titles, lengths, and next_cursor for more.',
        effect: 'read',
        input: options({
          limit: integer(1, 100, 'How many at most; 20 unless told.'),
          cursor: text('next_cursor of the page before.', 200),
        }),
        output: object(
          {
            documents: given.list(object({ title: given.text, characters: given.integer })),
            next_cursor: given.text,
          },
          ['next_cursor'],
        ),
      },
      {
        name: 'remove_document',
        title: 'Remove a document',
        description: 'Deletes a document for good, and no answer is made from it any more. Returns its title.',
        effect: 'delete',
        input: object({ title }),
        output: object({ removed: given.text }),
      },
    ]),
    resources: [],
    prompts: [],
    credentials: [],
    shared: sharedCode(asked),
    tests: [
      savedTest({
        name: 'an_answer_from_the_first_document',
        tool: 'answer_question',
        input: { question: 'How is a document added?' },
        returns: { text: `> ${ANSWER} [1]`, sources: ['Welcome'] },
      }),
      savedTest({
        name: 'no_answer_from_nothing',
        tool: 'answer_question',
        input: { question: 'Xylophones?' },
        returns: { text: 'No document has a word of the question.', sources: [] },
      }),
      savedTest({ name: 'passages_are_handed_on', tool: 'find_passages', input: { question: 'documents' } }),
    ],
    first:
      'It works as it is: deploy it, add documents and ask. What tools share is in shared, since a tool calls no other.',
    next: [
      { tool: 'deploy', arguments: { server: asked.name } },
      {
        tool: 'test_tool',
        arguments: { server: asked.name, tool: 'answer_question', input: { question: 'How is a document added?' } },
      },
    ],
  }),
}
