import { createCodeSession } from '@agentweaver/core/nodes/code/code-session';
import { encodeFrame } from '../channel/frame-codec.ts';
import { hostFrameSchema } from '../channel/protocol.ts';
import { createSession } from './session.ts';

const template = { mode: 'template', template: 'Hello {{ input.name }}, {{ $uppercase(previous) }}' };
const nodes = [
  { id: 'start', type: 'input', name: 'Start' },
  { id: 'first', type: 'transform', name: 'First', config: template },
  { id: 'second', type: 'condition', name: 'Second', config: { condition: '{{ input.name = "warm" }}' } },
  { id: 'end', type: 'output', name: 'End', config: { value: '{{ steps.first.output }}' } },
];
const edges = [
  { id: 'a', source: 'start', target: 'first' },
  { id: 'b', source: 'first', target: 'second' },
  { id: 'c', source: 'second', target: 'end', sourcePort: 'true' },
];

/**
 * Runs a small workflow through everything that each execution passes: the first one in a new sandbox then finds its
 * functions compiled, and its schemas made.
 */
export const warmUp = async (): Promise<void> => {
  const writer = {
    send: async (frame: Parameters<typeof encodeFrame>[0]) => {
      encodeFrame(frame);
    },
    flush: async () => undefined,
  };
  const frame = hostFrameSchema.parse(
    JSON.parse(
      JSON.stringify({
        type: 'start',
        executionId: 'warm-up',
        definition: { nodes, edges },
        input: { name: 'warm' },
        attempts: {},
        elapsedMs: 0,
      }),
    ),
  );
  if (frame.type !== 'start') return;
  for (let round = 0; round < ROUNDS; round += 1) {
    const session = createSession({ writer, announceUserCode: async () => undefined, code: createCodeSession() });
    await session.run(frame);
  }
};

const ROUNDS = 3;
