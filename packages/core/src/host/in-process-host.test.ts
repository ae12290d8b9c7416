import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../engine/events.ts';
import { runWorkflow } from '../engine/run-workflow.ts';
import { validateWorkflow } from '../graph/validate-workflow.ts';
import { modelRequestSchema, promptOf } from '../models/model-call.ts';
import { createInProcessHost } from './in-process-host.ts';

const PACKAGE_ROOT = new URL('../../', import.meta.url);

const agentWorkflow = {
  nodes: [
    { id: 'start', type: 'input', name: 'Start', config: { fields: [{ name: 'text' }] } },
    { id: 'sum_up', type: 'agent', name: 'Sum up', config: { prompt: 'Summarise this text: {{ input.text }}' } },
    { id: 'end', type: 'output', name: 'End' },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'sum_up' },
    { id: 'e2', source: 'sum_up', target: 'end' },
  ],
};

const run = async (host: ReturnType<typeof createInProcessHost>): Promise<EngineEvent[]> => {
  const { definition, problems } = validateWorkflow(agentWorkflow);
  expect(problems).toEqual([]);
  if (!definition) throw new Error('The workflow did not parse.');
  const events: EngineEvent[] = [];
  const input = { text: 'Tea grows on hills. It is picked by hand.' };
  for await (const event of runWorkflow(definition, input, { host })) events.push(event);
  return events;
};

describe('createInProcessHost', () => {
  it('answers agents with the demo model, and says so', async () => {
    const events = await run(createInProcessHost());
    expect(events.at(-1)).toMatchObject({ type: 'execution_completed', results: expect.stringContaining('Tea') });
    expect(events.find((event) => event.type === 'step_completed' && event.nodeId === 'sum_up')).toMatchObject({
      model: 'demo/demo-model',
      costUsd: 0,
      reason: expect.any(String),
    });
  });

  it('asks the model it is given', async () => {
    const calls: unknown[] = [];
    const host = createInProcessHost({
      generate: async (request, { nodeId, attempt, index }) => {
        calls.push({
          nodeId,
          attempt,
          index,
          prompt: promptOf(modelRequestSchema.parse(request)),
          temperature: request.temperature,
        });
        const usage = { inputTokens: 9, outputTokens: 3, cachedInputTokens: 0, reasoningTokens: 0 };
        const answer = {
          text: 'About tea.',
          message: { role: 'assistant' as const, content: [{ type: 'text' as const, text: 'About tea.' }] },
          toolCalls: [],
          cached: false,
          model: 'test/one',
          reason: 'It was asked for.',
          finishReason: 'stop' as const,
        };
        return { ...answer, usage, costUsd: 0.01, durationMs: 5 };
      },
    });
    const events = await run(host);
    expect(calls).toEqual([
      {
        nodeId: 'sum_up',
        attempt: 1,
        index: 0,
        prompt: 'Summarise this text: Tea grows on hills. It is picked by hand.',
        temperature: 0.7,
      },
    ]);
    expect(events.at(-1)).toMatchObject({ results: 'About tea.' });
  });

  it('runs the example in the README', async () => {
    const readme = await readFile(new URL('README.md', PACKAGE_ROOT), 'utf8');
    const example = readme.match(/```ts\n(.*?)```/s)?.[1] ?? '';
    const args = ['--input-type=module-typescript', '--eval', example];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PACKAGE_ROOT });
    expect(stdout.trim().split('\n').at(-1)).toBe('Hello Ada! Hello Grace!');
  });
});
