import type { ApiImporter } from '../../src/model/api-importer.ts'
import { graphqlImporter } from './graphql/graphql-importer.ts'
import { openApiImporter } from './openapi/openapi-importer.ts'

/** Every importer; a description goes to the first that recognizes it. */
export const importers: readonly ApiImporter[] = [openApiImporter, graphqlImporter]
