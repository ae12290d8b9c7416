import { expect, it } from 'vitest';
import { workflowDefinitionSchema } from '../../definition/workflow-definition.ts';
import type { ExecuteContext } from '../node-type.ts';
import { runNode } from '../testing/run-node.ts';

const definition = workflowDefinitionSchema.parse({ nodes: [], edges: [] });
const workflow = {
  load: async ({ workflow: id }: { workflow: string }) => ({ id, name: 'Summarise', versionNumber: 3, definition }),
};

it('runs the chosen workflow with the given input and hands on its results', async () => {
  const runs: Parameters<ExecuteContext<unknown>['runNested']>[0][] = [];
  const result = await runNode('workflow', {
    config: { workflow: 'w1', input: '{{ { "topic": previous.title } }}' },
    previous: { title: 'Tea' },
    host: { workflow },
    runNested: async (nested) => {
      runs.push(nested);
      return { text: 'done' };
    },
  });
  expect(runs).toEqual([{ definition, input: { topic: 'Tea' } }]);
  expect(result).toMatchObject({ output: { text: 'done' }, reason: 'Ran “Summarise”, version 3.' });
});

it('gives nothing as an empty object, and no results as null', async () => {
  const inputs: unknown[] = [];
  const runNested = async ({ input }: { input: unknown }) => void inputs.push(input);
  const { output } = await runNode('workflow', { config: { workflow: 'w1' }, host: { workflow }, runNested });
  expect([inputs, output]).toEqual([[{}], null]);
});

it('says when no workflow is chosen, and fails as the other one fails', async () => {
  await expect(runNode('workflow', { config: { workflow: ' ' } })).rejects.toMatchObject({
    data: { code: 'invalid_workflow' },
  });
  const runNested = () => Promise.reject(new Error('inside'));
  await expect(runNode('workflow', { config: { workflow: 'w1' }, host: { workflow }, runNested })).rejects.toThrow(
    'inside',
  );
});
