import { describe, expect, it } from 'vitest';
import { isSuspended } from '../host/suspended.ts';
import { createChildren, suspendedBy, withChildren } from './children.ts';
import type { ScopeEnd, WaitingStep } from './execution.ts';
import type { StepSlot } from './slots.ts';

const slot: StepSlot = { lend: () => undefined, regain: () => Promise.resolve(), end: () => undefined };
const open = () => createChildren({ slot, signal: new AbortController().signal });
const waitOf = (nodeId: string, until?: number): WaitingStep => ({
  nodeId,
  iteration: '',
  kind: until === undefined ? 'human' : 'timer',
  ...(until === undefined ? {} : { until }),
  isLeaf: true,
});
const waiting = (...waits: WaitingStep[]) => Promise.resolve<ScopeEnd>({ kind: 'waiting', waits });

describe('a step with children', () => {
  it('gives what a child gives, or fails with its error', async () => {
    const children = open();
    expect(await children.run(() => Promise.resolve({ kind: 'completed', output: 5 }))).toBe(5);
    const error = { code: 'http_failed', message: 'no', nodeId: 'x' } as const;
    await expect(children.run(() => Promise.resolve({ kind: 'failed', error }))).rejects.toMatchObject({ data: error });
  });

  it('runs no more of them once it is over', async () => {
    const over = new Error('over');
    const children = createChildren({ slot, signal: AbortSignal.abort(over) });
    await expect(children.run(() => Promise.reject(new Error('was run')))).rejects.toBe(over);
  });

  it('rejects with the reason for which a child was cancelled', async () => {
    const stop = new AbortController();
    const children = createChildren({ slot, signal: stop.signal });
    const run = children.run(async () => {
      stop.abort(new Error('stopped'));
      return { kind: 'cancelled' };
    });
    await expect(run).rejects.toThrow('stopped');
  });

  it('waits until the first of those inside goes on', () => {
    expect(suspendedBy([waitOf('a')])).toMatchObject({ kind: 'human', until: undefined });
    expect(suspendedBy([waitOf('a', 900), waitOf('b', 300), waitOf('c')])).toMatchObject({ kind: 'timer', until: 300 });
  });

  it('waits even if it does not hand on that a child waits', async () => {
    const children = open();
    const end = withChildren(children, async () => {
      await children.run(() => waiting(waitOf('a'))).catch(() => undefined);
      return 'done';
    });
    await expect(end).rejects.toSatisfy(isSuspended);
    expect(children.waits).toHaveLength(1);
  });

  it('ends only after the other children when one of them waits', async () => {
    const children = open();
    const steps: string[] = [];
    const slow = Promise.withResolvers<ScopeEnd>();
    const end = withChildren(children, async () => {
      children
        .run(() => slow.promise)
        .then(
          () => steps.push('slow'),
          () => undefined,
        );
      await children.run(() => waiting(waitOf('a')));
    }).catch((error) => steps.push(isSuspended(error) ? 'waits' : 'failed'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(steps).toEqual([]);
    slow.resolve({ kind: 'completed', output: 1 });
    await end;
    expect(steps.sort()).toEqual(['slow', 'waits']);
  });

  it('fails at once, whoever waits', async () => {
    const children = open();
    const end = withChildren(children, async () => {
      await children.run(() => waiting(waitOf('a'))).catch(() => undefined);
      throw new Error('boo');
    });
    await expect(end).rejects.toThrow('boo');
  });
});
