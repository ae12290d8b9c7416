import type { FinishedStep } from '@agentweaver/core/engine/events';
import { expect, test } from 'vitest';
import { finishedFrames } from './finished-frames.ts';

const step = (nodeId: string, output: string): FinishedStep => ({
  status: 'completed',
  nodeId,
  iteration: '',
  output,
  ports: ['out'],
});

test('steps are split over as many frames as their outputs need, in their order', () => {
  const steps = ['a', 'b', 'c', 'd'].map((id) => step(id, 'x'.repeat(100)));
  const size = Buffer.byteLength(JSON.stringify(steps[0])) + 1;
  const frames = [...finishedFrames(steps, size * 2)];
  expect(frames.map((frame) => frame.steps.map(({ nodeId }) => nodeId))).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('one that is longer than a frame should be goes alone, and none gives no frame', () => {
  expect([...finishedFrames([step('a', 'x'.repeat(100)), step('b', '')], 10)]).toHaveLength(2);
  expect([...finishedFrames([])]).toEqual([]);
});
