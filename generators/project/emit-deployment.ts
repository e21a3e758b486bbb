import type { ProjectFiles } from '../../src/model/project-files.ts'
import { secretsOf } from '../../src/model/secrets-of.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { wranglerSettings } from './emit-wrangler.ts'
import { jsonText } from './source-text.ts'

/** Writes what other places need to run the project: Cloudflare's settings, a Dockerfile, the registry's and a bundle's manifest. */
export function emitDeployment(definition: ServerDefinition, version: string): ProjectFiles {
  const secrets = secretsOf(definition)
  return {
    'wrangler.jsonc': jsonText(wranglerSettings(definition)),
    Dockerfile: dockerfile,
    '.dockerignore': dockerignore,
    'server.json': jsonText({
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: `local.mcpwright/${definition.name}`,
      description: definition.description.slice(0, 100),
      version,
    }),
    'manifest.json': jsonText({
      manifest_version: '0.3',
      name: definition.name,
      version,
      description: definition.description,
      author: { name: 'mcpwright' },
      server: {
        type: 'node',
        entry_point: 'dist/stdio.mjs',
        mcp_config: {
          command: 'node',
          args: ['${__dirname}/dist/stdio.mjs'],
          env: Object.fromEntries(secrets.map(({ name }) => [name, `\${user_config.${name.toLowerCase()}}`])),
        },
      },
      ...(secrets.length > 0 && {
        user_config: Object.fromEntries(
          secrets.map(({ name, purpose }) => [
            name.toLowerCase(),
            { type: 'string', title: name, description: purpose, sensitive: true, required: false },
          ]),
        ),
      }),
    }),
  }
}

/** Of several platforms, from November 2026. The digest decides what is taken; the tag is for people, and for bots that renew it. */
const BASE_IMAGE = 'node:24-alpine@sha256:d32cdf619f63fe0471182d08996dd516c6275bb5fd31ae06e55a570bd9e1ad43'

const dockerfile = `FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN node build.mjs

FROM ${BASE_IMAGE}
WORKDIR /app
COPY --from=build /app/dist ./dist
USER node
ENTRYPOINT ["node", "dist/stdio.mjs"]
`

// Layers of a build are kept: no secret may come into one.
const dockerignore = '.env*\n.data/\n.git/\nnode_modules/\ndist/\n'
