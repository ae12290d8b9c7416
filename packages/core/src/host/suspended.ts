import { z } from 'zod';

export const waitKindSchema = z.enum(['human', 'timer', 'budget']);
export type WaitKind = z.infer<typeof waitKindSchema>;

/**
 * Thrown by a host instead of an answer that will take long: the step ends as `step_waiting`, the rest of the
 * execution goes on, and when nothing else is left the engine reports `execution_waiting` and lets everything go.
 * Resumed, the step runs again, makes the same call, and gets its answer.
 */
export class Suspended extends Error {
  override readonly name = 'Suspended';
  readonly kind: WaitKind;
  /** Ms since the epoch: when it goes on by itself. */
  readonly until: number | undefined;

  constructor({ kind, until }: { kind: WaitKind; until?: number | undefined }) {
    super(`Waits (${kind}).`);
    this.kind = kind;
    this.until = until;
  }
}

/** Bundles may hold two copies of the class, so `instanceof` is not enough. */
export const isSuspended = (error: unknown): error is Suspended => error instanceof Error && error.name === 'Suspended';
