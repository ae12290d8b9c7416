import { ExecutionError } from '../engine/execution-errors.ts';
import {
  type AssistantMessage,
  addUsage,
  type ModelMessage,
  type ModelRequestInput,
  type ModelResponse,
  NO_USAGE,
  userMessage,
} from '../models/model-call.ts';
import { AGENT_DEFAULTS, type AgentAnswer, type AgentContext, type AgentTask, type ToolUse } from './agent-task.ts';
import { runTools } from './run-tools.ts';
import { readStructuredAnswer, repairRequest } from './structured-answer.ts';

/** What an agent has said and spent so far. */
type Conversation = { messages: ModelMessage[]; responses: ModelResponse[]; toolUses: ToolUse[] };

/**
 * An agent does its task: the model is asked, its tools are run as it asks for them, their results are told to it, and
 * so on until it answers. At the limit of steps it has to answer with what it has. With an `outputSchema` an answer that
 * does not fit may be repaired once; that call is beyond the limit. Rejects with `ExecutionError` (`output_invalid`,
 * `step_limit`, whatever the model call fails with), with `Suspended`, or with the signal's reason.
 */
export const runAgent = async (task: AgentTask, context: AgentContext): Promise<AgentAnswer> => {
  const conversation = begin(task);
  const response = await converse(task, conversation, context);
  if (!task.outputSchema) return answerOf(conversation, response);

  const answer = readStructuredAnswer(task.outputSchema, response);
  if (!answer.problem) return { ...answerOf(conversation, response), output: answer.output };
  context.log('warn', `${answer.problem.data.message} The model is asked once more.`);
  conversation.messages.push(userMessage(repairRequest(answer.problem)));
  const repaired = await ask(task, conversation, context, { mayUseTools: false });
  const second = readStructuredAnswer(task.outputSchema, repaired);
  if (second.problem) throw second.problem;
  return { ...answerOf(conversation, repaired), output: second.output };
};

const begin = ({ history = [], prompt, images }: AgentTask): Conversation => ({
  messages: [...history, userMessage(prompt, images)],
  responses: [],
  toolUses: [],
});

/** Until the model asks for no more tools. */
const converse = async (task: AgentTask, conversation: Conversation, context: AgentContext): Promise<ModelResponse> => {
  const { tools = [], maxSteps = AGENT_DEFAULTS.maxSteps } = task;
  for (let step = 1; ; step++) {
    const mayUseTools = tools.length > 0 && step < maxSteps;
    const response = await ask(task, conversation, context, { mayUseTools });
    if (response.toolCalls.length === 0) return response;
    if (step >= maxSteps) return withoutTools(response, maxSteps);
    const { message, uses } = await runTools(response.toolCalls, tools, context);
    conversation.messages.push(message);
    conversation.toolUses.push(...uses);
  }
};

/** A model that asks for tools although it may not: what it said beside that is its answer. */
const withoutTools = (response: ModelResponse, maxSteps: number): ModelResponse => {
  if (response.text.trim() !== '' || response.output !== undefined) return response;
  throw new ExecutionError({
    code: 'step_limit',
    message: `The agent had no answer after ${maxSteps} model calls; it still asks for tools.`,
    hint: 'Raise the agent’s limit of steps, give it a smaller task, or tools that need fewer steps.',
  });
};

const ask = async (
  task: AgentTask,
  { messages, responses }: Conversation,
  { host, nextCall, report, log, signal }: AgentContext,
  { mayUseTools }: { mayUseTools: boolean },
): Promise<ModelResponse> => {
  const response = await host.model.generate(requestOf(task, messages, mayUseTools), {
    ...nextCall(),
    onDelta: task.quiet ? undefined : (text) => report({ type: 'step_delta', text }),
  });
  signal.throwIfAborted();
  if (response.finishReason === 'length') log('warn', `The answer was cut off at ${task.maxTokens} tokens.`);
  responses.push(response);
  messages.push(mayUseTools ? response.message : spokenPartsOf(response.message));
  return response;
};

/** Calls that nobody will answer would make the rest of the conversation invalid. */
const spokenPartsOf = (message: AssistantMessage): AssistantMessage => ({
  role: 'assistant',
  content: message.content.filter((part) => part.type !== 'tool_call'),
});

const requestOf = (task: AgentTask, messages: readonly ModelMessage[], mayUseTools: boolean): ModelRequestInput => ({
  role: task.role,
  personality: task.personality,
  model: task.model,
  fallbackModels: task.fallbackModels ?? [],
  messages: [...messages],
  // They stay in the request without being allowed: the conversation may hold calls of them.
  tools: (task.tools ?? []).map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
  toolChoice: mayUseTools || !task.tools?.length ? 'auto' : 'none',
  temperature: task.temperature,
  maxTokens: task.maxTokens,
  timeoutMs: task.timeoutMs,
  ...(task.reasoningEffort ? { reasoningEffort: task.reasoningEffort } : {}),
  ...(task.outputSchema ? { outputSchema: task.outputSchema } : {}),
  cacheTtlSeconds: task.cacheTtlSeconds ?? 0,
  ...(task.quiet ? { quiet: true } : {}),
});

const answerOf = ({ messages, responses, toolUses }: Conversation, last: ModelResponse): AgentAnswer => ({
  text: last.text,
  model: last.model,
  reason: last.reason,
  usage: responses.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE),
  costUsd: responses.reduce((sum, { costUsd }) => sum + costUsd, 0),
  modelCalls: responses.length,
  toolUses,
  messages,
  cached: responses.every(({ cached }) => cached),
});
