import { type CallGate, type CallGateOptions, type CallTurns, createCallGate } from '../gate/call-gate.ts';

/** A real gate with a counter of its own that never runs out, unless the test says otherwise. */
export const createTestGate = (options: Partial<CallGateOptions> = {}): CallGate =>
  createCallGate({
    counter: { take: async (_key, amount) => ({ taken: amount, msLeft: 60_000 }) },
    maxUnderWay: 256,
    maxLocal: 64,
    metrics: {
      waiting: () => undefined,
      underWay: () => undefined,
      waited: () => undefined,
      blocked: () => undefined,
      refused: () => undefined,
    },
    onError: (error) => {
      throw error;
    },
    ...options,
  });

/** The turns of one execution that meets no limit. */
export const createTestTurns = (maxHostCalls = 256, options: Partial<CallGateOptions> = {}): CallTurns =>
  createTestGate(options).of({
    workspaceId: 'w',
    limits: { maxHostCalls, maxHostCallsPerMinute: 1_000_000 },
    priority: 'interactive',
  });
