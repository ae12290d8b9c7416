import type { LogLevel } from '../../engine/events.ts';
import type { Host } from '../../host/host.ts';
import { createInProcessHost } from '../../host/in-process-host.ts';
import { completeRequest } from '../../models/complete-request.ts';
import type { ModelRequest, ModelResponse, ToolCallPart } from '../../models/model-call.ts';
import type { StepReport } from '../../nodes/node-type.ts';
import type { AgentContext, AgentTask } from '../agent-task.ts';

/** A model's answer of 10 tokens in, 2 out, for one cent. */
export const answer = (text: string, more: Partial<ModelResponse> = {}): ModelResponse => ({
  text,
  message: {
    role: 'assistant',
    content: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...(more.toolCalls ?? [])],
  },
  toolCalls: [],
  model: 'anthropic/claude-sonnet-4-5',
  reason: 'The first key.',
  usage: { inputTokens: 10, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 },
  costUsd: 0.01,
  durationMs: 5,
  finishReason: more.toolCalls?.length ? 'tool_calls' : 'stop',
  cached: false,
  ...more,
});

export const toolCall = (name: string, input: unknown, callId = `id-${name}`): ToolCallPart => ({
  type: 'tool_call',
  callId,
  name,
  input,
});

export type Script = (request: ModelRequest, asked: number) => ModelResponse | Promise<ModelResponse>;

export type Scripted = {
  context: AgentContext;
  requests: ModelRequest[];
  /** Of the host calls, in the order in which they were made. */
  indices: number[];
  reports: StepReport[];
  logs: { level: LogLevel; message: string }[];
};

/** What an agent works with, around a model that answers as the script says. */
export const scripted = (script: Script, given: { signal?: AbortSignal; host?: Partial<Host> } = {}): Scripted => {
  const requests: ModelRequest[] = [];
  const indices: number[] = [];
  const reports: StepReport[] = [];
  const logs: Scripted['logs'] = [];
  const signal = given.signal ?? new AbortController().signal;
  const generate: Host['model']['generate'] = async (input, call) => {
    const request = completeRequest(input);
    requests.push(request);
    indices.push(call.index);
    const response = await script(request, requests.length - 1);
    call.onDelta?.(response.text);
    return response;
  };
  let index = 0;
  const context: AgentContext = {
    host: { ...createInProcessHost({ generate }), ...given.host },
    nextCall: () => ({ nodeId: 'node', iteration: '', attempt: 1, index: index++, signal }),
    signal,
    log: (level, message) => logs.push({ level, message }),
    report: (report) => reports.push(report),
  };
  return { context, requests, indices, reports, logs };
};

export const task = (more: Partial<AgentTask> = {}): AgentTask => ({
  role: 'Researcher',
  personality: 'dry',
  prompt: 'How warm is it?',
  model: 'auto',
  temperature: 0.7,
  maxTokens: 4_000,
  timeoutMs: 30_000,
  ...more,
});
