import { expect, test } from 'vitest';
import { describeExit, describeSilence } from './sandbox-failure.ts';
import type { StepRef } from './step-places.ts';

const names: Record<string, string> = { crunch: 'Crunch numbers', ask: 'Ask', each: 'Each' };
const nameOf = ({ nodeId }: StepRef): string => names[nodeId] ?? nodeId;
const step = (nodeId: string, iteration = ''): StepRef => ({ nodeId, iteration });
const exit = { code: 137, outOfMemory: true, stderr: '' };

test('out of memory names the step that worked, not the one that waited for a model', () => {
  const failure = describeExit(exit, {
    nameOf,
    memoryMb: 512,
    running: [step('ask'), step('crunch')],
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

test('a container is not blamed for its body, and the rounds of one node are named once', () => {
  const failure = describeExit(exit, {
    nameOf,
    memoryMb: 512,
    running: [step('each'), step('crunch', 'each[0]'), step('crunch', 'each[1]'), step('ask', 'each[1]')],
    waiting: new Set(['each[1]/ask']),
  });
  expect(failure.error).toMatchObject({ nodeId: 'crunch', message: expect.stringContaining('“Crunch numbers” ran') });
  expect([...failure.failedSteps.keys()]).toEqual(['each[0]/crunch', 'each[1]/crunch']);
});

test('when all of them waited, or none ran, all and none are named', () => {
  const all = describeExit(exit, {
    nameOf,
    memoryMb: 512,
    running: [step('ask'), step('crunch')],
    waiting: new Set(['ask', 'crunch']),
  });
  expect([...all.failedSteps.keys()]).toEqual(['ask', 'crunch']);
  expect(all.error.nodeId).toBeUndefined();
  const none = describeExit(exit, { nameOf, memoryMb: 512, running: [], waiting: new Set() });
  expect(none.failedSteps.size).toBe(0);
  expect(none.error.message).not.toContain('while');
});

test('a crash and a silence say what they are', () => {
  const situation = { nameOf, memoryMb: 512, running: [step('crunch')], waiting: new Set<string>() };
  expect(describeExit({ ...exit, outOfMemory: false, code: 70 }, situation).error).toMatchObject({
    code: 'sandbox_crashed',
    nodeId: 'crunch',
  });
  expect(describeSilence(12, situation).error).toMatchObject({
    code: 'sandbox_unresponsive',
    message: expect.stringContaining('12 s'),
  });
});
