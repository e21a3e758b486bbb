import { defineConfig } from 'vitest/config'

/** What takes long by its nature: programs that attack, packing and installing, agents, restarts, browsers, whole roads. */
const long = [
  'test/agent/**/*.test.ts',
  'test/db/upgrade*.test.ts',
  'test/demo/**/*.test.ts',
  'test/e2e/backup.test.ts',
  'test/e2e/check-server.test.ts',
  'test/e2e/cloudflare*.test.ts',
  'test/e2e/code-tools.test.ts',
  'test/e2e/command-line.test.ts',
  'test/e2e/connection-rules.test.ts',
  'test/e2e/connections.test.ts',
  'test/e2e/daemon-life.test.ts',
  'test/e2e/database-away.test.ts',
  'test/e2e/first-five-minutes.test.ts',
  'test/e2e/full-disk.test.ts',
  'test/e2e/how-to.test.ts',
  'test/e2e/import-api.test.ts',
  'test/e2e/inbox-in-browser.test.ts',
  'test/e2e/inspector.test.ts',
  'test/e2e/login.test.ts',
  'test/e2e/long-work.test.ts',
  'test/e2e/restore.test.ts',
  'test/e2e/road.test.ts',
  'test/e2e/saved-tests.test.ts',
  'test/e2e/taken-away*.test.ts',
  'test/e2e/templates.test.ts',
  'test/e2e/tool-context.test.ts',
  'test/e2e/versions.test.ts',
  'test/e2e/without-tools.test.ts',
  'test/fixtures/**/*.test.ts',
  'test/generators/importers/hostile/**/*.test.ts',
  'test/generators/project/deployed-by-hand.test.ts',
  'test/generators/templates/taken-away.test.ts',
  'test/package/install.test.ts',
  'test/package/screens.test.ts',
  'test/runtime/sandbox/attacks.test.ts',
  'test/runtime/targets/cloudflare/namespace/{hosted-resume,hosted-tokens,hosted-wrangler,namespace-target}.test.ts',
  'test/runtime/targets/cloudflare/wrangler-fetch.test.ts',
  'test/runtime/targets/cloudflare/{cloudflare-target,published-login,published-project,wrangler}.test.ts',
  'test/session/**/*.test.ts',
]
/**
 * Pure functions and calls over loopback: nothing here changes its process or stays in it, so the files share one and
 * its modules. A file that mocks, sets a clock or the environment, or starts processes belongs elsewhere. Projects run in
 * the order of their names, so these go on beside what takes longest of the others.
 */
const together = [
  'test/{checks,clients,config,inbox,model}/**/*.test.ts',
  'test/generators/{catalogue,curl}/**/*.test.ts',
  'test/generators/importers/*.test.ts',
  'test/generators/importers/{grpc,openapi,refresh,soap}/*.test.ts',
  'test/runtime/library/*.test.ts',
  'test/runtime/library/{grpc,soap}/*.test.ts',
]
const conformance = ['test/conformance/**/*.test.ts']

/** `npm test` runs the first two, `npm run test:long` and `npm run conformance` the others; a path is found in all. */
export default defineConfig({
  test: {
    // They end what hangs; on a busy machine what goes on may take eight times as long as on a quiet one.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Its own second is less than a process may need to start or to end while the machine is busy.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
    teardownTimeout: 5_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'test',
          globalSetup: 'test/leaves-nothing.ts',
          include: ['test/**/*.test.ts'],
          exclude: [...long, ...together, ...conformance],
        },
      },
      { extends: true, test: { name: 'together', include: together, isolate: false } },
      { extends: true, test: { name: 'long', include: long } },
      { extends: true, test: { name: 'conformance', include: conformance } },
    ],
  },
})
