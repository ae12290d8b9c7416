import { expect, test } from 'vitest';
import { describeExit, describeSilence, describeStop } from './sandbox-failure.ts';
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

test('out of memory tells the limit that was reached, and what the steps before needed', () => {
  const situation = {
    nameOf,
    memoryMb: 200,
    peakBeforeKib: 60 * 1024 + 1,
    running: [step('crunch')],
    waiting: new Set<string>(),
  };
  expect(describeExit(exit, situation).error.message).toBe(
    'The sandbox used all of its 200 MiB of memory and was stopped while “Crunch numbers” ran. ' +
      'The steps that had ended before needed at most 61 MiB.',
  );
  const heap = { ...exit, code: 134, stderr: 'FATAL ERROR: Reached heap limit Allocation failed' };
  expect(describeExit(heap, situation).error.message).toContain('140 MiB for values, of 200 MiB in all');
});

test.each([
  ['Error: EMFILE: too many open files, open', '256 open files'],
  ['Error: ENOSPC: no space left on device, write', '16 MiB of temporary files'],
  ['Error: spawn /runtime/node EAGAIN', '128 processes and threads'],
])('a limit of the system is named: %s', (stderr, what) => {
  const situation = { nameOf, memoryMb: 512, running: [step('crunch')], waiting: new Set<string>() };
  expect(describeExit({ code: 1, outOfMemory: false, stderr }, situation).error).toMatchObject({
    code: 'sandbox_limit_reached',
    nodeId: 'crunch',
    message: `The sandbox reached its limit of ${what} and ended while “Crunch numbers” ran.`,
    hint: expect.any(String),
  });
});

test('what a sandbox was stopped for is put down to the step at work', () => {
  const error = { code: 'output_too_large', message: 'Too much was sent.', hint: 'Send less.' } as const;
  const situation = { nameOf, memoryMb: 512, running: [step('crunch')], waiting: new Set<string>() };
  expect(describeStop(error, situation)).toMatchObject({
    error: { nodeId: 'crunch', message: 'Too much was sent while “Crunch numbers” ran.', hint: 'Send less.' },
  });
  expect(describeStop(error, { ...situation, running: [] }).error).toEqual(error);
});
