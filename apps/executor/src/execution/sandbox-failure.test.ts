import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { expect, test } from 'vitest';
import { describeExit, describeSilence } from './sandbox-failure.ts';

const definition = workflowDefinitionSchema.parse({
  nodes: [
    { id: 'crunch', type: 'code', name: 'Crunch numbers' },
    { id: 'ask', type: 'agent', name: 'Ask' },
  ],
  edges: [],
});
const exit = { code: 137, outOfMemory: true, stderr: '' };

test('out of memory names the step that worked, not the one that waited for a model', () => {
  const failure = describeExit(exit, {
    definition,
    memoryMb: 512,
    running: ['ask', 'crunch'],
    waiting: new Set(['ask']),
  });
  expect(failure.error).toMatchObject({
    code: 'sandbox_out_of_memory',
    nodeId: 'crunch',
    message: expect.stringMatching(/512 MiB.*“Crunch numbers”/),
    hint: expect.stringContaining('memory'),
  });
  expect([...failure.failedSteps.keys()]).toEqual(['crunch']);
});

test('when all of them waited, or none ran, all and none are named', () => {
  const all = describeExit(exit, {
    definition,
    memoryMb: 512,
    running: ['ask', 'crunch'],
    waiting: new Set(['ask', 'crunch']),
  });
  expect([...all.failedSteps.keys()]).toEqual(['ask', 'crunch']);
  expect(all.error.nodeId).toBeUndefined();
  const none = describeExit(exit, { definition, memoryMb: 512, running: [], waiting: new Set() });
  expect(none.failedSteps.size).toBe(0);
  expect(none.error.message).not.toContain('while');
});

test('a crash and a silence say what they are', () => {
  const situation = { definition, memoryMb: 512, running: ['crunch'], waiting: new Set<string>() };
  expect(describeExit({ ...exit, outOfMemory: false, code: 70 }, situation).error).toMatchObject({
    code: 'sandbox_crashed',
    nodeId: 'crunch',
  });
  expect(describeSilence(12, situation).error).toMatchObject({
    code: 'sandbox_unresponsive',
    message: expect.stringContaining('12 s'),
  });
});
