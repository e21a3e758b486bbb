import { agentScheduler } from './agent-scheduler/template.ts'
import { agentTaskManager } from './agent-task-manager/template.ts'
import { empty } from './empty/template.ts'
import { httpApi } from './http-api/template.ts'
import { orchestratorWorkers } from './orchestrator-workers/template.ts'
import { parallelisation } from './parallelisation/template.ts'
import { routing } from './routing/template.ts'
import type { Template } from './template.ts'
import { toolCalling } from './tool-calling/template.ts'

/** In the order in which they are offered. */
export const templates: readonly Template[] = [
  empty,
  httpApi,
  toolCalling,
  routing,
  orchestratorWorkers,
  parallelisation,
  agentScheduler,
  agentTaskManager,
]
