import { isSuspended, Suspended } from '../host/suspended.ts';
import type { ScopeEnd, WaitingStep } from './execution.ts';
import { ExecutionError } from './execution-errors.ts';
import type { StepSlot } from './slots.ts';

/** What one attempt of a step runs inside itself: rounds of its body, nested workflows. */
export type Children = {
  /** Runs one more, beside those that run. Rejects with the error that it failed with, `Suspended`, or the signal's reason. */
  run: (start: () => Promise<ScopeEnd>) => Promise<unknown>;
  /** Resolves once none runs. */
  ended: () => Promise<void>;
  /** The steps that wait in those which have ended so far. */
  waits: readonly WaitingStep[];
};

export const createChildren = ({ slot, signal }: { slot: StepSlot; signal: AbortSignal }): Children => {
  const waits: WaitingStep[] = [];
  let running = 0;
  let idle: PromiseWithResolvers<void> | undefined;

  const leave = () => {
    running -= 1;
    if (running > 0) return undefined;
    idle?.resolve();
    idle = undefined;
    // The step goes on by itself, so it counts again among those that run.
    return slot.regain();
  };

  return {
    waits,
    run: async (start) => {
      if (signal.aborted) throw signal.reason;
      running += 1;
      slot.lend();
      try {
        const end = await start();
        if (end.kind === 'waiting') waits.push(...end.waits);
        return outcomeOf(end, signal);
      } finally {
        await leave();
      }
    },
    ended: () => {
      if (running === 0) return Promise.resolve();
      idle ??= Promise.withResolvers<void>();
      return idle.promise;
    },
  };
};

const outcomeOf = (end: ScopeEnd, signal: AbortSignal): unknown => {
  switch (end.kind) {
    case 'completed':
      return end.output;
    case 'failed':
      throw new ExecutionError(end.error);
    case 'waiting':
      throw suspendedBy(end.waits);
    case 'cancelled':
      throw signal.reason;
  }
};

/** A step waits for the same as what first waits inside it, and goes on when the first of them does. */
export const suspendedBy = (waits: readonly WaitingStep[]): Suspended => {
  const times = waits.flatMap(({ until }) => (until === undefined ? [] : [until]));
  return new Suspended({
    kind: waits[0]?.kind ?? 'human',
    until: times.length === 0 ? undefined : Math.min(...times),
  });
};

/**
 * The work of an attempt with its children. One that is suspended, or that ends with children that are, ends only once
 * the other children have come as far as they can.
 */
export const withChildren = async <Result>(children: Children, work: () => Promise<Result>): Promise<Result> => {
  try {
    const result = await work();
    if (children.waits.length === 0) return result;
  } catch (error) {
    if (!isSuspended(error)) throw error;
    await children.ended();
    throw error;
  }
  await children.ended();
  throw suspendedBy(children.waits);
};
