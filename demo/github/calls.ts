/** What a person wants of GitHub in plain words, the tool that does it, and its arguments. */
export interface GithubCall {
  readonly words: string
  readonly tool: string
  readonly effect: 'read' | 'write' | 'delete'
  readonly arguments: Readonly<Record<string, unknown>>
}

const repository = { owner: 'octocat', repo: 'hello-world' }

export const githubCalls: readonly GithubCall[] = [
  { words: 'get a repository', tool: 'repos_get', effect: 'read', arguments: repository },
  {
    words: 'list the open issues of a repository',
    tool: 'issues_list_for_repo',
    effect: 'read',
    arguments: { ...repository, state: 'open', labels: 'bug,ui & ux', per_page: 5 },
  },
  {
    words: 'create an issue',
    tool: 'issues_create',
    effect: 'write',
    arguments: { ...repository, body: { title: 'Tea is cold', body: 'Since **today**.', labels: ['bug'] } },
  },
  {
    words: 'add labels to an issue',
    tool: 'issues_add_labels',
    effect: 'write',
    arguments: { ...repository, issue_number: 1347, body: { labels: ['bug', 'help wanted'] } },
  },
  {
    words: 'search repositories',
    tool: 'search_repos',
    effect: 'read',
    arguments: { q: 'tea language:typescript stars:>10', sort: 'stars', order: 'desc' },
  },
  { words: 'search code', tool: 'search_code', effect: 'read', arguments: { q: 'addClass repo:jquery/jquery' } },
  { words: 'list pull requests', tool: 'pulls_list', effect: 'read', arguments: { ...repository, base: 'main' } },
  {
    words: 'merge a pull request',
    tool: 'pulls_merge',
    effect: 'write',
    arguments: { ...repository, pull_number: 1347, body: { merge_method: 'squash' } },
  },
  {
    words: 'get the content of a file in a repository',
    tool: 'repos_get_content',
    effect: 'read',
    arguments: { ...repository, path: 'docs/tea time.md', ref: 'main' },
  },
  {
    words: 'delete a file of a repository',
    tool: 'repos_delete_file',
    effect: 'delete',
    arguments: { ...repository, path: 'docs/old.md', body: { message: 'Tidy up', sha: '95b966ae1c166bd92f8ae7d1' } },
  },
  {
    words: 'update a repository',
    tool: 'repos_update',
    effect: 'write',
    arguments: { ...repository, body: { description: 'Says hello', has_wiki: false } },
  },
  {
    words: 'create a gist',
    tool: 'gists_create',
    effect: 'write',
    arguments: { body: { description: 'Tea', public: false, files: { 'tea.txt': { content: 'Two minutes.' } } } },
  },
  {
    words: 'stop watching a repository: delete its subscription',
    tool: 'activity_delete_repo_subscription',
    effect: 'delete',
    arguments: repository,
  },
  {
    words: 'star a repository',
    tool: 'activity_star_repo_for_authenticated_user',
    effect: 'write',
    arguments: repository,
  },
  {
    words: 'set selected repositories enabled for github actions in an organization',
    tool: 'actions_set_selected_repositories_enabled_github_actions_d9db47',
    effect: 'write',
    arguments: { org: 'octo-org', body: { selected_repository_ids: [32, 91] } },
  },
  {
    words: 'render markdown as html',
    tool: 'markdown_render',
    effect: 'write',
    arguments: { body: { text: '**Hi**' } },
  },
]
