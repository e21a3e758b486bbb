import type { ProjectFiles } from '../../src/model/project-files.ts'
import { secretsOf } from '../../src/model/secrets-of.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { codeParts } from './code-parts.ts'
import { packagesOf } from './code-source.ts'
import { isConnected } from './emit-external.ts'
import { protocolPackages, type ProtocolPackage } from './emit-protocols.ts'
import { workflow } from './emit-workflow.ts'
import type { ImportablePackage } from './importable.ts'
import { emitLock, type LockedPackages } from './locked-packages.ts'
import { jsonText } from './source-text.ts'

/** Package names and the exact versions a project is made with. */
export type PackageVersions = Readonly<
  Record<
    | '@modelcontextprotocol/server'
    | '@modelcontextprotocol/node'
    | '@modelcontextprotocol/client'
    | '@cloudflare/workers-oauth-provider'
    | 'minisearch'
    | 'esbuild'
    | 'typescript'
    | '@types/node'
    | ProtocolPackage
    | ImportablePackage,
    string
  >
>

/** Writes package.json with its lock file, the compiler's settings, a workflow that tests it, the build script, and the list of settings. */
export function emitPackage(
  definition: ServerDefinition,
  version: string,
  { versions, locked }: { readonly versions: PackageVersions; readonly locked: LockedPackages },
): ProjectFiles {
  const described = packageJson(definition, version, versions)
  return {
    'package.json': jsonText(described),
    'package-lock.json': emitLock(described, locked),
    '.github/workflows/ci.yml': workflow,
    'tsconfig.json': jsonText(tsconfig),
    'build.mjs': buildScript,
    '.env.example': envExample(definition),
    // Nothing that is installed needs a script of its own to run.
    '.npmrc': 'ignore-scripts=true\nsave-exact=true\n',
    '.gitignore': 'node_modules/\ndist/\n.data/\n.env\n',
  }
}

function packageJson(definition: ServerDefinition, version: string, versions: PackageVersions) {
  const client = isConnected(definition) ? 'needed' : 'for tests'
  const pick = (...names: (keyof PackageVersions)[]) => Object.fromEntries(names.map((name) => [name, versions[name]]))
  return {
    name: definition.name,
    version,
    description: definition.description,
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      build: 'node build.mjs',
      start: 'node build.mjs && node dist/http.mjs',
      stdio: 'node dist/stdio.mjs',
      test: 'node build.mjs && node --test dist/test.mjs',
      typecheck: 'tsc -p .',
    },
    dependencies: {
      ...(client === 'needed' && pick('@modelcontextprotocol/client')),
      ...pick(...new Set([...OWN_PACKAGES, ...importedBy(definition)])),
    },
    devDependencies: {
      ...(client === 'for tests' && pick('@modelcontextprotocol/client')),
      ...pick('@types/node', 'esbuild', 'typescript'),
    },
  }
}

/** What the runtime library and the entries import in every project; the first and jose only where a Worker uses OAuth. */
export const OWN_PACKAGES = [
  '@cloudflare/workers-oauth-provider',
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/server',
  'jose',
  'minisearch',
] as const

/** Sorted, each once. */
function importedBy(definition: ServerDefinition): readonly (ImportablePackage | ProtocolPackage)[] {
  const sources = [...codeParts(definition).map(({ source }) => source), ...Object.values(definition.shared ?? {})]
  return [...new Set([...sources.flatMap(packagesOf), ...protocolPackages(definition)])].toSorted()
}

const tsconfig = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'dom', 'dom.iterable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    // operations.json has its type in operations.d.json.ts.
    allowArbitraryExtensions: true,
    resolveJsonModule: false,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
  },
  include: ['src', 'test'],
}

const buildScript = `import { copyFile } from 'node:fs/promises'
import { build } from 'esbuild'

const operationsStayData = {
  name: 'operations-stay-data',
  setup({ onResolve }) {
    onResolve({ filter: /operations\\.json$/ }, () => ({ path: './operations.json', external: true }))
  },
}

await build({
  entryPoints: { stdio: 'src/entries/stdio.ts', http: 'src/entries/http.ts', test: 'test/server.test.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  supported: { 'import-attributes': true },
  plugins: [operationsStayData],
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: 'warning',
})
await copyFile('src/operations.json', 'dist/operations.json')
`

function envExample(definition: ServerDefinition): string {
  const credentials = secretsOf(definition).map(
    ({ name, purpose, hosts }) => `# ${oneLine(purpose)} Sent to ${hosts.join(', ')} only.\n${name}=\n`,
  )
  return [
    '# The token that callers of /mcp must send; without it the HTTP entry is open to this machine.\nMCP_TOKEN=\n',
    '# Seals answers of clients between the rounds of a call. Several processes need the same one: openssl rand -hex 32\nREQUEST_STATE_KEY=\n',
    ...credentials,
  ].join('\n')
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
