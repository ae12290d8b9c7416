import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import type { StepUsage } from '@agentweaver/db/model-call-store';
import { describe, expect, test } from 'vitest';
import { createBudgetScopes, nodesAround } from './budget-scopes.ts';

const definition = workflowDefinitionSchema.parse({
  nodes: [
    { id: 'write', type: 'agent', name: 'Write', budget: { modelCalls: 2 } },
    { id: 'each', type: 'map', name: 'Each', budget: { usd: 1 } },
    { id: 'inner', type: 'agent', name: 'Inner', parent: 'each', budget: { tokens: 100 } },
    { id: 'review', type: 'evaluate', name: 'Review', parent: 'each', budget: { usd: 0 } },
    { id: 'call', type: 'workflow', name: 'Call', budget: { seconds: 9 } },
  ],
  edges: [],
  settings: { budget: { usd: 5, onReached: 'ask' } },
});
const used = (nodeId: string, iteration: string): StepUsage => ({
  nodeId,
  iteration,
  usd: 0.25,
  tokens: 10,
  modelCalls: 1,
  seconds: 2,
});

describe('a step belongs to', () => {
  test.each([
    ['write', '', ['write']],
    ['inner', 'each[3]', ['inner', 'each']],
    ['inner', 'each#2[3]/review[1]', ['inner', 'each']],
    // The workflow in there has a node of the same name.
    ['write', 'call[0]', ['call']],
    ['write', 'call[0]/each[1]', ['call']],
    ['write', 'write[0]', ['write']],
    ['write', 'no iteration', ['write']],
  ])('%s in “%s”', (nodeId, iteration, nodes) => {
    expect(nodesAround(definition, { nodeId, iteration })).toEqual(nodes);
  });
});

test('calls count against their node, what holds it, and the execution', () => {
  const usage = [
    used('write', ''),
    used('inner', 'each[0]'),
    used('inner', 'each[1]/review[1]'),
    used('write', 'call[0]'),
  ];
  const scopes = createBudgetScopes({ definition, usage });
  const inner = scopes.of({ nodeId: 'inner', iteration: 'each[4]' });
  expect(inner.map(({ kind, nodeId }) => nodeId ?? kind)).toEqual(['inner', 'each', 'execution']);
  expect(inner.map(({ budget }) => budget.used().modelCalls)).toEqual([2, 2, 4]);
  const [call] = scopes.of({ nodeId: 'write', iteration: 'call[0]' });
  expect(call).toMatchObject({ nodeId: 'call', policy: { onReached: 'fail' } });
  expect(call?.budget.used().seconds).toBe(2);
  // The same budget for all calls, not a copy for each.
  expect(scopes.of({ nodeId: 'inner', iteration: 'each[7]' })[0]?.budget).toBe(inner[0]?.budget);
});

test('without budgets nothing is counted', () => {
  const plain = workflowDefinitionSchema.parse({ nodes: [{ id: 'a', type: 'agent', name: 'A' }], edges: [] });
  expect(createBudgetScopes({ definition: plain, usage: [] }).of({ nodeId: 'a', iteration: '' })).toEqual([]);
});

test('a raise is added to the limit that was asked about', () => {
  const scopes = createBudgetScopes({ definition, usage: [] });
  const request = {
    message: '',
    scope: 'execution' as const,
    kind: 'usd' as const,
    limit: 5,
    used: 5,
    most: 1,
    leastRaise: 1,
  };
  expect(scopes.raise(request, { approved: true, values: { usd: 2.5 } })).toBe(true);
  const [, execution] = scopes.of({ nodeId: 'write', iteration: '' });
  expect(execution?.budget.limits()).toMatchObject({ usd: 7.5 });
  const ofNode = { ...request, scope: 'node' as const, nodeId: 'write', kind: 'modelCalls' as const };
  expect(scopes.raise(ofNode, { approved: true, values: { modelCalls: 3 } })).toBe(true);
  expect(scopes.of({ nodeId: 'write', iteration: '' })[0]?.budget.limits()).toMatchObject({ modelCalls: 5 });
  expect(scopes.raise(ofNode, { approved: false })).toBe(false);
  expect(scopes.raise({ ...ofNode, nodeId: 'nobody' }, { approved: true, values: { modelCalls: 3 } })).toBe(false);
  expect(scopes.raise({ ...ofNode, kind: 'usd' }, { approved: true, values: { usd: 3 } })).toBe(false);
});
