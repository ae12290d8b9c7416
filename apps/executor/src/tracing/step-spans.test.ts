import { type WorkflowNode, workflowNodeSchema } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { expect, test } from 'vitest';
import { createStepSpans, type SpanChange } from './step-spans.ts';

const node = (id: string, type: string): WorkflowNode =>
  workflowNodeSchema.parse({ id, type, name: `The ${id}`, position: { x: 0, y: 0 } });
const NODES = new Map(
  [node('ask', 'agent'), node('each', 'map'), node('shout', 'transform'), node('review', 'evaluate')].map((one) => [
    one.id,
    one,
  ]),
);
const spans = () => createStepSpans(({ nodeId }) => NODES.get(nodeId));
const SECRET = 'sk-live-4711';
const failure: ExecutionErrorData = { code: 'code_failed', message: `It said ${SECRET}.` };

const started = (nodeId: string, at: number, iteration = '', attempt = 1): EngineEvent => ({
  type: 'step_started',
  at,
  nodeId,
  iteration,
  attempt,
  input: { password: SECRET },
});
const completed = (nodeId: string, at: number, iteration = ''): EngineEvent => ({
  type: 'step_completed',
  at,
  nodeId,
  iteration,
  attempt: 1,
  output: SECRET,
  ports: ['out'],
  reason: SECRET,
});
const changesOf = (events: EngineEvent[]): SpanChange[] => {
  const { changes } = spans();
  return events.flatMap(changes);
};

test('a step is a span from its start to its end, with its node and without what it was given', () => {
  const changes = changesOf([started('shout', 5), completed('shout', 9)]);
  expect(changes).toEqual([
    {
      kind: 'start',
      key: 'shout',
      name: 'transform The shout',
      at: 5,
      attributes: {
        'agentweaver.node.id': 'shout',
        'agentweaver.node.name': 'The shout',
        'agentweaver.node.type': 'transform',
        'agentweaver.step.attempt': 1,
      },
    },
    { kind: 'end', key: 'shout', at: 9, attributes: { 'agentweaver.step.status': 'completed' } },
  ]);
});

test('an agent is an agent of the conventions, and its model and tokens are told at its end', () => {
  const usage = { inputTokens: 7, outputTokens: 3, cachedInputTokens: 0, reasoningTokens: 0 };
  const [start, end] = changesOf([
    started('ask', 1),
    { ...completed('ask', 2), model: 'google/gemini-x', usage, costUsd: 0.5 } as EngineEvent,
  ]);
  expect(start).toMatchObject({
    name: 'invoke_agent The ask',
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'The ask', 'gen_ai.agent.id': 'ask' },
  });
  expect(end?.attributes).toEqual({
    'agentweaver.step.status': 'completed',
    'gen_ai.provider.name': 'gcp.gemini',
    'gen_ai.response.model': 'gemini-x',
    'gen_ai.usage.input_tokens': 7,
    'gen_ai.usage.output_tokens': 3,
    'agentweaver.cost_usd': 0.5,
  });
});

test('each attempt is a span of its own, and a failed one says its code and nothing more', () => {
  const retrying: EngineEvent = {
    type: 'step_retrying',
    at: 2,
    nodeId: 'shout',
    iteration: '',
    attempt: 1,
    delayMs: 5,
    error: failure,
  };
  const failed: EngineEvent = {
    type: 'step_failed',
    at: 9,
    nodeId: 'shout',
    iteration: '',
    attempt: 2,
    error: failure,
    continued: false,
  };
  // The engine says that a step begins once, and goes on with its next attempt by itself.
  const changes = changesOf([started('shout', 1), retrying, failed]);
  expect(changes.map(({ kind, at }) => [kind, at])).toEqual([
    ['start', 1],
    ['end', 2],
    ['start', 2],
    ['end', 9],
  ]);
  expect(changes[1]).toMatchObject({ errorCode: 'code_failed' });
  expect(changes[2]).toMatchObject({
    name: changes[0]?.kind === 'start' ? changes[0].name : undefined,
    attributes: { 'agentweaver.step.attempt': 2, 'agentweaver.step.delay_ms': 5 },
  });
  expect(changes[3]).toMatchObject({ errorCode: 'code_failed', attributes: { 'agentweaver.step.status': 'failed' } });
});

test('steps in a container lie in its span, of every round', () => {
  const changes = changesOf([started('each', 1), started('shout', 2, 'each[0]'), started('shout', 2, 'each[1]')]);
  expect(changes).toMatchObject([
    { key: 'each' },
    { key: 'each[0]/shout', parent: 'each', attributes: { 'agentweaver.step.iteration': 'each[0]' } },
    { key: 'each[1]/shout', parent: 'each' },
  ]);
  expect(changes[0]).not.toHaveProperty('parent');
});

test('what an evaluation sent back lies in the span around it: the evaluation itself has ended', () => {
  const changes = changesOf([
    started('each', 1),
    started('review', 2, 'each[0]'),
    completed('review', 3, 'each[0]'),
    started('shout', 4, 'each[0]/review[1]'),
  ]);
  expect(changes.at(-1)).toMatchObject({ key: 'each[0]/review[1]/shout', parent: 'each' });
});

test('a tool is a span in its agent, without what it was asked and what it gave', () => {
  const call = { nodeId: 'ask', iteration: '', callId: 'call 1', tool: 'search' };
  const changes = changesOf([
    started('ask', 1),
    { type: 'tool_started', at: 2, ...call, input: { query: SECRET } },
    { type: 'tool_completed', at: 4, ...call, error: failure, durationMs: 2 },
    // Its step has ended: nothing to put it into.
    completed('ask', 5),
    { type: 'tool_started', at: 6, ...call, input: {} },
  ]);
  expect(changes).toMatchObject([
    { key: 'ask' },
    {
      kind: 'start',
      parent: 'ask',
      name: 'execute_tool search',
      at: 2,
      attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
    },
    { kind: 'end', at: 4, errorCode: 'code_failed' },
    { kind: 'end', key: 'ask' },
  ]);
});

test('a stop ends everything, tools before their step and bodies before their container', () => {
  const { changes, close, keyOf } = spans();
  const events: EngineEvent[] = [
    started('each', 1),
    started('ask', 2, 'each[0]'),
    { type: 'tool_started', at: 3, nodeId: 'ask', iteration: 'each[0]', callId: 'a', tool: 'search', input: {} },
  ];
  for (const event of events) changes(event);
  expect(keyOf({ nodeId: 'ask', iteration: 'each[0]' })).toBe('each[0]/ask');
  const ended = close({ at: 9, errorCodeOf: (step) => (step === 'each[0]/ask' ? 'sandbox_crashed' : undefined) });
  expect(ended).toMatchObject([
    { key: 'each[0]/ask a' },
    { key: 'each[0]/ask', errorCode: 'sandbox_crashed', attributes: { 'agentweaver.step.status': 'failed' } },
    { key: 'each', attributes: { 'agentweaver.step.status': 'cancelled' } },
  ]);
  expect(keyOf({ nodeId: 'ask', iteration: 'each[0]' })).toBeUndefined();
});

test('nothing that people wrote is in any change', () => {
  const { changes } = spans();
  const events: EngineEvent[] = [
    started('ask', 1),
    { type: 'step_log', at: 2, nodeId: 'ask', iteration: '', level: 'info', message: SECRET },
    { type: 'tool_started', at: 2, nodeId: 'ask', iteration: '', callId: 'a', tool: 'search', input: SECRET },
    {
      type: 'tool_completed',
      at: 3,
      nodeId: 'ask',
      iteration: '',
      callId: 'a',
      tool: 'search',
      output: SECRET,
      durationMs: 1,
    },
    { type: 'step_skipped', at: 3, nodeId: 'shout', iteration: '', reason: SECRET },
    {
      type: 'step_failed',
      at: 4,
      nodeId: 'ask',
      iteration: '',
      attempt: 1,
      error: failure,
      continued: false,
      output: SECRET,
    },
    { type: 'execution_failed', at: 5, error: failure },
  ];
  expect(JSON.stringify(events.flatMap(changes))).not.toContain(SECRET);
});
