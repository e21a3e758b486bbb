import { importers } from '../../../generators/importers/index.ts'
import { importerContract, type ImporterFixture } from '../../contracts/importer-contract.ts'
import { fixtureText } from './read-fixture.ts'

const fixtures: Record<(typeof importers)[number]['kind'], ImporterFixture[]> = {
  openapi: [
    { name: 'library (3.0, YAML)', text: fixtureText('library.yaml') },
    { name: 'warehouse (Swagger 2.0, JSON)', text: fixtureText('warehouse.swagger.json') },
    { name: 'traps (3.1, YAML)', text: fixtureText('traps.yaml') },
  ],
  soap: [{ name: 'desk (document and rpc)', text: fixtureText('desk.wsdl'), origin: 'https://desk.example/soap?wsdl' }],
  grpc: [{ name: 'desk (.proto)', text: fixtureText('desk.proto') }],
  graphql: [{ name: 'shop (SDL)', text: fixtureText('shop.graphql'), origin: 'https://api.shop.example/graphql' }],
}

for (const importer of importers) importerContract(importer, fixtures[importer.kind])
