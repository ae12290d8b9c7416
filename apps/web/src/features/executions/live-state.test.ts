import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventView, ExecutionHead, StepView, WatchMessage } from './execution-view.ts';
import { EMPTY_LIVE_STATE, foldMessages, MAX_DELTA_LENGTH, MAX_LIVE_EVENTS } from './live-state.ts';

const at = new Date('2026-11-20T12:00:00Z');

const head = (lastSeq: number, status: ExecutionHead['status'] = 'running'): ExecutionHead => ({
  id: 'execution',
  status,
  queuedAt: at,
  startedAt: at,
  completedAt: null,
  executionTimeMs: null,
  totalCostUsd: 0,
  inputTokens: 0,
  outputTokens: 0,
  error: null,
  sandbox: 'process',
  attempts: 1,
  cancelRequestedAt: null,
  resumeAt: null,
  activeMs: 0,
  activeSince: null,
  lastSeq,
});

const step = (nodeId: string, status: StepView['status']): StepView => ({
  nodeId,
  iteration: '',
  nodeType: 'agent',
  nodeName: nodeId,
  status,
  attempts: 1,
  ports: [],
  error: null,
  reason: null,
  model: null,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  startedAt: at,
  completedAt: null,
  durationMs: null,
  cpuMs: null,
  memoryPeakKib: null,
  cached: false,
  reusedFromId: null,
  edited: false,
});

const event = (seq: number, type = 'step_log', nodeId: string | null = 'a'): EventView => ({
  seq,
  type,
  nodeId,
  iteration: '',
  level: 'info',
  message: `line ${seq}`,
  data: null,
  createdAt: at,
});

const update = (events: EventView[], steps: StepView[] = [], status?: ExecutionHead['status']): WatchMessage => {
  const seq = events.at(-1)?.seq ?? 0;
  return { type: 'update', seq, execution: head(seq, status), steps, waits: [], events };
};

const delta = (nodeId: string, text: string): WatchMessage => ({ type: 'delta', nodeId, iteration: '', text });
const seqs = (state: { events: readonly EventView[] }) => state.events.map(({ seq }) => seq);

describe('foldMessages', () => {
  it('keeps the log in order and each line once, whatever order and overlap the messages come in', () => {
    const pages = fc
      .array(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), { minLength: 1, maxLength: 12 })
      .map((pages) => pages.map((page) => page.sort((a, b) => a - b)));
    fc.assert(
      fc.property(pages, (pages) => {
        const state = foldMessages(
          EMPTY_LIVE_STATE,
          pages.map((page) => update(page.map((seq) => event(seq)))),
        );
        const expected = [...new Set(pages.flat())].sort((a, b) => a - b);
        expect(seqs(state)).toEqual(expected);
        expect(state.seq).toBe(expected.at(-1));
      }),
    );
  });

  it('comes to the same state however the messages are cut into batches', () => {
    const messages = [
      update([event(1, 'execution_started', null)], [step('a', 'pending'), step('b', 'pending')]),
      delta('a', 'Hel'),
      update([event(2, 'step_started')], [step('a', 'running')]),
      delta('a', 'lo'),
      update([event(3, 'step_completed')], [step('a', 'completed')]),
      update([event(4, 'execution_completed', null)], [], 'completed'),
    ];
    const whole = foldMessages(EMPTY_LIVE_STATE, messages);
    const single = messages.reduce((state, message) => foldMessages(state, [message]), EMPTY_LIVE_STATE);
    expect(single).toEqual(whole);
    expect(whole.steps.a?.status).toBe('completed');
    expect(whole.steps.b?.status).toBe('pending');
    expect(whole.deltas).toEqual({ a: 'Hello' });
  });

  it('never goes back: an older message replayed after a reconnect changes neither state nor steps', () => {
    const finished = foldMessages(EMPTY_LIVE_STATE, [
      update([event(1, 'step_started')], [step('a', 'running')]),
      update([event(2, 'step_completed')], [step('a', 'completed')], 'completed'),
    ]);
    const replayed = foldMessages(finished, [update([event(1, 'step_started')], [step('a', 'running')])]);
    expect(replayed.execution?.status).toBe('completed');
    expect(replayed.steps.a?.status).toBe('completed');
    expect(seqs(replayed)).toEqual([1, 2]);
  });

  it('resumes: what comes after the last seq is added to what is known', () => {
    const before = foldMessages(EMPTY_LIVE_STATE, [update([event(1), event(2)], [step('a', 'running')])]);
    const after = foldMessages(before, [update([event(3), event(4)], [step('a', 'completed')])]);
    expect(seqs(after)).toEqual([1, 2, 3, 4]);
    expect(after.seq).toBe(4);
    expect(after.steps.a?.status).toBe('completed');
  });

  it('takes a change of state that no log line is about', () => {
    const queued: WatchMessage = {
      type: 'update',
      seq: 0,
      execution: head(0, 'queued'),
      steps: [],
      waits: [],
      events: [],
    };
    const cancelling = { ...head(0), cancelRequestedAt: at };
    const state = foldMessages(EMPTY_LIVE_STATE, [queued, { ...queued, execution: cancelling }]);
    expect(state.execution?.cancelRequestedAt).toEqual(at);
  });

  it('forgets the streamed text of an attempt that failed, and of all steps when another executor goes on', () => {
    const streamed = foldMessages(EMPTY_LIVE_STATE, [update([event(1)]), delta('a', 'old'), delta('b', 'kept')]);
    const retried = foldMessages(streamed, [update([event(2, 'step_retrying')])]);
    expect(retried.deltas).toEqual({ b: 'kept' });
    expect(foldMessages(retried, [update([event(3, 'execution_started', null)])]).deltas).toEqual({});
  });

  it('does not forget newer text over an old line that comes twice', () => {
    const state = foldMessages(EMPTY_LIVE_STATE, [update([event(1, 'step_retrying')]), delta('a', 'new')]);
    expect(foldMessages(state, [update([event(1, 'step_retrying')])]).deltas).toEqual({ a: 'new' });
  });

  it('keeps the newest lines and the end of a long text', () => {
    const lines = Array.from({ length: MAX_LIVE_EVENTS + 10 }, (_, index) => event(index + 1));
    const state = foldMessages(EMPTY_LIVE_STATE, [update(lines), delta('a', `${'x'.repeat(MAX_DELTA_LENGTH)}end`)]);
    expect(state.events).toHaveLength(MAX_LIVE_EVENTS);
    expect(state.events[0]?.seq).toBe(11);
    expect(state.droppedEvents).toBe(10);
    expect(state.deltas.a).toHaveLength(MAX_DELTA_LENGTH);
    expect(state.deltas.a?.endsWith('end')).toBe(true);
  });

  it('returns the same state when nothing came', () => {
    const state = foldMessages(EMPTY_LIVE_STATE, [update([event(1)])]);
    expect(foldMessages(state, [])).toBe(state);
  });
});
