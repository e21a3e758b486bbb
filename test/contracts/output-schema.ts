import { Ajv2020 } from 'ajv/dist/2020.js'
import { fileTools } from '../../src/tools/files/index.ts'
import { metaTools } from '../../src/tools/index.ts'

const ajv = new Ajv2020({ strict: false, allErrors: true })
const validators = new Map(
  [...metaTools, ...fileTools].flatMap(({ name, outputSchema }) =>
    outputSchema ? [[name, ajv.compile(outputSchema)] as const] : [],
  ),
)

/** Every answer of a meta tool that a test sees, errors apart. @throws Error when it does not fit */
export function holdToOutputSchema(tool: string, structured: unknown): void {
  const validate = validators.get(tool)
  if (!validate || validate(structured)) return
  const problems = ajv.errorsText(validate.errors)
  throw new Error(`${tool} answered what its output schema does not allow: ${problems}: ${JSON.stringify(structured)}`)
}
