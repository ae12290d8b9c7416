import { expect, test } from 'vitest';
import { executionTimeout, type RunningStep } from './execution-timeout.ts';

const step = (nodeId: string, iteration = ''): RunningStep => ({ nodeId, iteration, name: `The ${nodeId}` });
const told = (...running: RunningStep[]) => {
  const { message, nodeId } = executionTimeout({ timeoutMs: 1_500, running });
  return { message, nodeId };
};

test('names the step that ran', () => {
  expect(told(step('slow'))).toEqual({
    message: 'The execution did not finish within 1.5 s. Still running: “The slow”.',
    nodeId: 'slow',
  });
});

test('names several, and of very many the first', () => {
  expect(told(step('a'), step('b'))).toMatchObject({
    message: expect.stringMatching(/Still running: “The a” and “The b”\.$/),
    nodeId: undefined,
  });
  expect(told(step('a'), step('b'), step('c'), step('d'), step('e')).message).toMatch(
    /Still running: “The a”, “The b”, “The c” and 2 more\.$/,
  );
});

test('names what a container runs, not the container', () => {
  expect(told(step('each'), step('slow', 'each[3]'))).toMatchObject({
    message: expect.stringMatching(/Still running: “The slow”\.$/),
    nodeId: 'slow',
  });
  expect(told(step('each'), step('slow', 'each[0]'), step('slow', 'each[1]')).message).toMatch(
    /Still running: “The slow”\.$/,
  );
});

test('says no more when nothing ran, as while the sandbox was being started', () => {
  expect(told()).toEqual({ message: 'The execution did not finish within 1.5 s.', nodeId: undefined });
});
