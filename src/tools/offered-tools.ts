import type { Config } from '../config/load-config.ts'
import { fileTools } from './files/index.ts'
import { metaTools } from './index.ts'
import type { MetaTool } from './meta-tool.ts'

/** Every meta tool, and the optional ones that a person has switched on. */
export function offeredTools(on: Pick<Config, 'fileTools'>): readonly MetaTool[] {
  return on.fileTools ? [...metaTools, ...fileTools] : metaTools
}
