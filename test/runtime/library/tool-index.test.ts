import { describe, expect, it } from 'vitest'
import { createToolIndex } from '../../../runtime/library/server/tool-index.ts'

const documents = [
  ['repos_get', 'Get a repository', 'repos', '/repos/{owner}/{repo}'],
  [
    'actions_get_permissions_repository',
    'Get GitHub Actions permissions for a repository',
    'actions',
    '/x/permissions',
  ],
  ['security_get_repositories', 'Get repositories associated with a configuration of a repository', 'security', '/y'],
  ['pulls_list', 'List pull requests', 'pulls', '/repos/{owner}/{repo}/pulls'],
  ['pulls_list_reviewers', 'Get all requested reviewers for a pull request', 'pulls', '/repos/{owner}/{repo}/pulls/z'],
  ['issues_create', 'Create an issue', 'issues', '/repos/{owner}/{repo}/issues'],
  ['issues_create_comment', 'Create an issue comment', 'issues', '/repos/{owner}/{repo}/issues/comments'],
] as const

const index = createToolIndex(
  documents.map(([name, description, group, path]) => ({
    name,
    description,
    group,
    path,
    effect: name.includes('create') ? 'write' : 'read',
  })),
)

describe('the index of tools', () => {
  it.each([
    ['get a repository', 'repos_get'],
    ['Get repositories', 'repos_get'],
    ['list open pull requests', 'pulls_list'],
    ['create an issue', 'issues_create'],
    ['creat isue coment', 'issues_create_comment'],
    ['requested reviewers', 'pulls_list_reviewers'],
  ])('finds by "%s" first %s', (words, name) => {
    expect(index.search(words)[0]?.id).toBe(name)
  })
})
