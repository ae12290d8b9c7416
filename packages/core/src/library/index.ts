/**
 * AgentWeaver as a library: agents, workflows of agents, and the engine that runs them, without a server, a database or
 * a sandbox. This file is the published surface; inside the house import the file that owns the symbol.
 */
export type { AgentAnswer } from '../agents/agent-task.ts';
export type { Budget, WorkflowDefinition, WorkflowDefinitionInput } from '../definition/workflow-definition.ts';
export type { EngineEvent, FinishedStep } from '../engine/events.ts';
export { ExecutionError, type ExecutionErrorData } from '../engine/execution-errors.ts';
export { isRunnable, validateWorkflow } from '../graph/validate-workflow.ts';
export type { Host } from '../host/host.ts';
export { createInProcessHost } from '../host/in-process-host.ts';
export { CommunicationHub } from '../messaging/communication-hub.ts';
export { DeliveryError } from '../messaging/delivery-error.ts';
export type { AgentMessage } from '../messaging/message.ts';
export type { Usage } from '../models/model-call.ts';
export {
  type Agent,
  type AgentCall,
  type AgentFunction,
  type AgentOptions,
  type AgentTool,
  agent,
  type RunView,
} from './agent.ts';
export {
  AgentWorkflow,
  type AgentWorkflowOptions,
  type WorkflowResult,
  type WorkflowRunOptions,
} from './agent-workflow.ts';
export { type CollectedRun, collectRun, type RunError, type StepReport } from './collect-run.ts';
export type { ErrorHandling } from './compile/compile-workflow.ts';
export {
  createHost,
  type HostOptions,
  type ModelHost,
  type ModelProviders,
  type ProviderAccess,
} from './create-host.ts';
export { type RunWorkflowOptions, runWorkflow } from './run-workflow.ts';
export {
  type Criterion,
  type ForEach,
  type ForEachOptions,
  forEach,
  type Review,
  type ReviewOptions,
  review,
  type Team,
  type TeamOptions,
  team,
  type WorkflowStep,
} from './steps.ts';
export { type CustomTool, type ToolCall, type ToolOptions, tool } from './tool.ts';
