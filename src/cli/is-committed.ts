import { execFile } from 'node:child_process'

/** Whether git could bring back all that a folder holds: it is tracked, and nothing in it was changed since. */
export async function isCommitted(folder: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const [tracked, changed] = await Promise.all([
    askGit(folder, ['ls-files', '--', 'package.json'], environment),
    askGit(folder, ['status', '--porcelain', '--untracked-files=all', '--ignored=no', '--', '.'], environment),
  ])
  return tracked?.trim() === 'package.json' && changed === ''
}

/** Undefined where there is no git, or no repository. */
function askGit(folder: string, words: readonly string[], environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  // A repository's own settings may name programs that git would start.
  const args = ['-C', folder, '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...words]
  const env = { PATH: environment.PATH, HOME: environment.HOME, GIT_OPTIONAL_LOCKS: '0' }
  return new Promise((resolve) => {
    execFile('git', args, { env, timeout: 10_000 }, (error, stdout) => resolve(error ? undefined : stdout))
  })
}
