import { describe, expect, it } from 'vitest';
import { answer } from '../../agents/testing/scripted-model.ts';
import { completeRequest } from '../../models/complete-request.ts';
import { type ModelRequest, type ModelRequestInput, promptOf } from '../../models/model-call.ts';
import { runNode } from '../testing/run-node.ts';
import { coordinatorConfig } from './definition.ts';

const PLAN = {
  complexity: 'simple',
  reason: 'One topic.',
  subtasks: [{ title: 'All', task: 'Do it all', skills: ['writing'], dependsOn: [], specialist: 'writer' }],
};

const answering = (requests: ModelRequest[], plan = PLAN) => ({
  generate: async (input: ModelRequestInput) => {
    const request = completeRequest(input);
    requests.push(request);
    return request.outputSchema ? answer('', { output: plan }) : answer(`by ${request.role}`);
  },
});

describe('the coordinator', () => {
  it('asks with what its config says, and shows who did what and why', async () => {
    const requests: ModelRequest[] = [];
    const config = {
      task: 'Report on {{ input.topic }}',
      role: 'Lead',
      model: 'openai/gpt-4.1',
      timeoutMs: 5_000,
      specialists: [
        { id: 'writer', role: '', skills: ['writing', ''], tools: [{ tool: 'calculator' }] },
        { id: 'other', name: 'Otto', skills: [] },
      ],
    };
    const result = await runNode('coordinator', { config, input: { topic: 'tea' }, host: answering(requests) });
    expect(requests[0]).toMatchObject({ role: 'Lead', model: 'openai/gpt-4.1', timeoutMs: 5_000, temperature: 0.3 });
    expect(promptOf(requests[0] ?? expect.unreachable())).toContain('<task>\nReport on tea\n</task>');
    expect(promptOf(requests[0] ?? expect.unreachable())).toContain('- other (Otto): Otto.\n');
    expect(requests[1]).toMatchObject({ role: 'writer', model: 'auto', tools: [{ name: 'calculator' }] });
    expect(result).toMatchObject({
      output: {
        answer: 'by writer',
        complexity: 'simple',
        rounds: 1,
        subtasks: [{ specialist: 'writer', status: 'completed' }],
      },
      reason: 'simple, 1 part: One topic.',
      costUsd: 0.02,
      model: 'anthropic/claude-sonnet-4-5',
    });
    expect(result.reports.filter(({ type }) => type === 'message')).toHaveLength(2);
  });

  it('knows what was wrong with its last answer', async () => {
    const requests: ModelRequest[] = [];
    const plan = { ...PLAN, subtasks: [...PLAN.subtasks, ...PLAN.subtasks] };
    const feedback = { evaluation: { feedback: 'Shorter.' }, output: { answer: 'Long' }, round: 1 };
    const { reason } = await runNode('coordinator', { previous: 'Report', feedback, host: answering(requests, plan) });
    const prompt = promptOf(requests[0] ?? expect.unreachable());
    expect(prompt).toContain('What to do better: Shorter.');
    expect(prompt).toContain('<last_answer>\n{"answer":"Long"}');
    expect(reason).toContain('2 parts');
  });

  it('works with the demo model', async () => {
    const previous =
      'Northwind moved its order system to a new data centre. Running costs fell from $18,400 to $12,900 a month. Two risks remain: the export job depends on one engineer, and the old contract runs until December.';
    const { output, model } = await runNode('coordinator', {
      config: { task: 'Research the risks and write a summary.\n\n{{ previous }}' },
      previous,
    });
    expect(model).toBe('demo/demo-model');
    expect(output).toMatchObject({ answer: expect.stringContaining('risks remain'), subtasks: expect.any(Array) });
  });
});

it('the config refuses a specialist that is called like the coordinator', () => {
  expect(coordinatorConfig.safeParse({ specialists: [{ id: 'coordinator' }] }).success).toBe(false);
  expect(coordinatorConfig.safeParse({ specialists: [{ id: 'lead' }] }).success).toBe(true);
});
