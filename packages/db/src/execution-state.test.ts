import { describe, expect, it } from 'vitest';
import {
  canStepTransition,
  canTransition,
  classifyStale,
  EXECUTION_STATUSES,
  isStepTerminal,
  isTerminal,
  type Liveness,
  STEP_STATUSES,
  TERMINAL_STATUSES,
} from './execution-state.ts';
import { TUNABLES } from './tunables.ts';

describe('transitions', () => {
  it('leave no terminal state', () => {
    expect(TERMINAL_STATUSES).toEqual(['completed', 'failed', 'cancelled']);
    for (const from of TERMINAL_STATUSES)
      for (const to of EXECUTION_STATUSES) expect(canTransition(from, to)).toBe(false);
    for (const from of STEP_STATUSES.filter(isStepTerminal)) {
      for (const to of STEP_STATUSES) expect(canStepTransition(from, to)).toBe(false);
    }
  });

  it('can end every execution that has not ended', () => {
    for (const status of EXECUTION_STATUSES.filter((each) => !isTerminal(each))) {
      expect(canTransition(status, 'cancelled')).toBe(true);
      expect(canTransition(status, 'failed')).toBe(true);
    }
  });

  it('complete only what runs', () => {
    expect(EXECUTION_STATUSES.filter((status) => canTransition(status, 'completed'))).toEqual(['running']);
    expect(STEP_STATUSES.filter((status) => canStepTransition(status, 'completed'))).toEqual(['running']);
  });
});

describe('classifyStale', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const running: Liveness = {
    status: 'running',
    losses: 0,
    queuedAt: ago(60_000),
    heartbeatAt: now,
    resumeAt: null,
    cancelRequestedAt: null,
  };
  const queued: Liveness = { ...running, status: 'queued', queuedAt: now, heartbeatAt: null };
  const lost = { heartbeatAt: ago(TUNABLES.staleAfterMs + 1) };

  it.each<[string, Liveness, string]>([
    ['runs with a fresh heartbeat', running, 'healthy'],
    ['runs at the edge of its lease', { ...running, heartbeatAt: ago(TUNABLES.staleAfterMs) }, 'healthy'],
    ['runs without a heartbeat', { ...running, ...lost }, 'owner_lost'],
    ['never had a heartbeat', { ...running, heartbeatAt: null }, 'owner_lost'],
    ['was lost before', { ...running, ...lost, losses: TUNABLES.maxLosses - 2 }, 'owner_lost'],
    ['was lost too often', { ...running, ...lost, losses: TUNABLES.maxLosses - 1 }, 'lost_too_often'],
    ['is to be cancelled by its owner', { ...running, cancelRequestedAt: now }, 'healthy'],
    ['is to be cancelled and lost its owner', { ...running, ...lost, cancelRequestedAt: now }, 'cancel_unowned'],
    ['was just queued', queued, 'healthy'],
    ['is queued for long', { ...queued, queuedAt: ago(TUNABLES.requeueAfterMs + 1) }, 'not_picked_up'],
    ['is queued and to be cancelled', { ...queued, cancelRequestedAt: now }, 'cancel_unowned'],
    ['waits for a person', { ...running, ...lost, status: 'waiting' }, 'healthy'],
    ['waits until later', { ...running, status: 'waiting', resumeAt: new Date(now.getTime() + 1) }, 'healthy'],
    ['has waited long enough', { ...running, status: 'waiting', resumeAt: now }, 'due'],
    ['has ended', { ...running, ...lost, status: 'failed' }, 'healthy'],
  ])('one that %s', (_, execution, expected) => {
    expect(classifyStale(execution, now)).toBe(expected);
  });
});
