import type { AsyncQueue } from './async-queue.ts';
import type { WaitingStep } from './execution.ts';
import { iterationAfterRounds } from './iteration.ts';
import type { NodePlan } from './plan.ts';
import type { StepEnd } from './run-step.ts';
import { roundsOf } from './scheduler.ts';
import type { StepSlot } from './slots.ts';
import type { StepScope } from './step-data.ts';
import type { StopSignal } from './stop-signal.ts';

/** A run of a scope while it goes on. */
export type OpenScope = StepScope & {
  /** Steps that run or wait for a slot. */
  open: Set<OpenStep>;
  /** Steps that wait for an answer or a time, by node, each after those that wait inside it. */
  waiting: Map<string, readonly WaitingStep[]>;
  inbox: AsyncQueue<Message>;
};

export type OpenStep = {
  plan: NodePlan;
  nodeId: string;
  iteration: string;
  /** Its end was told in an earlier attempt already. */
  isKnown: boolean;
  /** Takes back its request for a slot. */
  withdraw?: () => void;
  /** Present once it has begun. */
  slot?: StepSlot;
  /** Of a step that a merge may have no more use for. */
  stopping?: StopSignal;
  /** A merge has no more use for it: how it ends decides nothing. */
  isLost: boolean;
};

export type Message = { kind: 'ended'; step: OpenStep; end: StepEnd } | { kind: 'stopped' };

/** The iteration that a node of the scope is in now. */
export const iterationOf = ({ scope, schedule }: StepScope, nodeId: string): string =>
  iterationAfterRounds(scope.iteration, roundsOf(schedule, nodeId));
