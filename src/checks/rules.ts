import { fittingResults, truthfulEffects } from './behaviour-rules.ts'
import { alikeNames } from './names/alike-names.ts'
import { mountedNames, tellingNames, validNames, verbFirst } from './names/name-rules.ts'
import type { Rule } from './rule.ts'
import * as schemas from './schemas/schema-rules.ts'
import { changedTools } from './security/changed-tools.ts'
import { commandsToModel } from './security/commands.ts'
import { hiddenText } from './security/concealment.ts'
import { reachableHosts } from './security/hosts.ts'
import { secretsInTexts } from './security/secrets-in-texts.ts'
import { destroyingFlow, leakingFlow, lethalTrifecta } from './security/toxic-flows.ts'
import { alikeDescriptions } from './texts/alike-descriptions.ts'
import {
  described,
  describedArguments,
  describedBriefly,
  noPlaceholders,
  saysWhatItGives,
} from './texts/description-rules.ts'
import { findableByItsWords } from './texts/own-words.ts'
import { smallAnswers, smallServer, smallTools } from './token-rules.ts'

/** Every rule that needs nothing but the definition. B1 and B2 run the tools: src/pipeline/probe-behaviour.ts. */
export const rules: readonly Rule[] = [
  validNames,
  verbFirst,
  alikeNames,
  tellingNames,
  mountedNames,
  described,
  describedBriefly,
  alikeDescriptions,
  saysWhatItGives,
  noPlaceholders,
  describedArguments,
  schemas.validSchemas,
  schemas.requiredProperties,
  schemas.closedArguments,
  schemas.flatArguments,
  schemas.choicesAsEnum,
  schemas.boundedTexts,
  schemas.safePatterns,
  schemas.ownReferences,
  schemas.fewArguments,
  schemas.describedResults,
  schemas.boundedLists,
  smallTools,
  smallServer,
  smallAnswers,
  fittingResults,
  truthfulEffects,
  findableByItsWords,
  hiddenText,
  commandsToModel,
  secretsInTexts,
  reachableHosts,
  lethalTrifecta,
  leakingFlow,
  destroyingFlow,
  changedTools,
]

/** All that a finding may be of: those above, and what needs more than the definition. */
export const ruleIds: readonly string[] = [...rules.map(({ id }) => id), 'B1', 'B2', 'F1'].toSorted()
