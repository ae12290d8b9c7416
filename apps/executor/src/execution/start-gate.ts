import { createSlots } from '@agentweaver/core/engine/slots';
import { START_TURN_MS } from '../tunables.ts';

export type StartGate = {
  /** Resolves when one more may be claimed and begin. Call what it gives when that one has ended, or waits for somebody else. */
  enter(): Promise<() => void>;
};

/**
 * So many executions begin at the same time as the sandboxes' machine has processors, and one to fill the gaps. More would
 * not end sooner, and whoever comes next would wait longer: those that run are past being told that somebody with fairer
 * claims has come. An execution counts until it waits for something, and no longer than `turnMs`, so that what takes long
 * holds nobody back.
 */
export const createStartGate = (cores: number | undefined, { turnMs = START_TURN_MS } = {}): StartGate => {
  const slots = createSlots(cores === undefined ? Number.POSITIVE_INFINITY : cores + 1);

  const beginTurn = (): (() => void) => {
    let over = false;
    const leave = () => {
      clearTimeout(timer);
      if (!over) slots.release();
      over = true;
    };
    const timer = setTimeout(leave, turnMs);
    return leave;
  };
  return { enter: () => new Promise((resolve) => slots.request(() => resolve(beginTurn()))) };
};
