// npx, `pnpm dlx`, `yarn dlx` and bunx keep what they run in folders that they empty when they like.
const RUNNER_FOLDERS = /[\\/](_npx|dlx|dlx-[^\\/]+|bunx-[^\\/]+)[\\/]/

/** Whether a package stands where its runner will remove it some day. */
export function isInRunnerCache(root: string): boolean {
  return RUNNER_FOLDERS.test(root)
}
