import type { ApiImporter } from '../../src/model/api-importer.ts'
import { graphqlImporter } from './graphql/graphql-importer.ts'
import { grpcImporter } from './grpc/grpc-importer.ts'
import { openApiImporter } from './openapi/openapi-importer.ts'
import { soapImporter } from './soap/soap-importer.ts'

/** Every importer; a description goes to the first that recognizes it, else to that of the kind it is said to be. */
export const importers: readonly ApiImporter[] = [openApiImporter, graphqlImporter, soapImporter, grpcImporter]
