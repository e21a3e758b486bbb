/**
 * `.github/workflows/ci.yml`: what a colleague would run before a merge, on the oldest Node that works and on the one of
 * today. Actions are pinned by their commits, since a tag can be moved.
 */
export const workflow = `name: CI
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        node: ['20.19', '24']
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
      - uses: actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0
        with:
          node-version: \${{ matrix.node }}
      - run: npm ci
      - run: npm run typecheck
      - run: npm test
`
