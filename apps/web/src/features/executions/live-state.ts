import {
  type EventView,
  type ExecutionHead,
  isFinished,
  keyOfStep,
  type RoundCounts,
  type StepView,
  type WaitView,
  type WatchMessage,
} from './execution-view.ts';

/** The newest lines that the browser keeps of a log; the download has all of them. */
export const MAX_LIVE_EVENTS = 5_000;
/** Characters of streamed text kept for one step; its end is what people watch. */
export const MAX_DELTA_LENGTH = 200_000;

/** What a viewer knows of one execution: a fold of the messages of its subscription. */
export type LiveState = {
  execution: ExecutionHead | null;
  /**
   * By `keyOfStep`: of a top-level step that is its node's id. Runs inside of containers come as they change, the
   * earlier ones are asked for when somebody looks.
   */
  steps: Readonly<Record<string, StepView>>;
  /** By node id, for nodes with several runs. */
  rounds: Readonly<Record<string, RoundCounts>>;
  waits: readonly WaitView[];
  /** By `seq`, without duplicates, at most `MAX_LIVE_EVENTS`. */
  events: readonly EventView[];
  /** Older lines left out of `events`. */
  droppedEvents: number;
  /** Text that running steps have streamed so far, by `keyOfStep`. */
  deltas: Readonly<Record<string, string>>;
  /** Newest `seq` seen. */
  seq: number;
};

export const EMPTY_LIVE_STATE: LiveState = {
  execution: null,
  steps: {},
  rounds: {},
  waits: [],
  events: [],
  droppedEvents: 0,
  deltas: {},
  seq: 0,
};

/** Events in order and once each, whatever order and overlap the messages came in. */
const mergeEvents = (known: readonly EventView[], arrived: readonly EventView[]): readonly EventView[] => {
  if (arrived.length === 0) return known;
  const newest = known.at(-1)?.seq ?? 0;
  const inOrder = arrived.every((event, index) => event.seq > (arrived[index - 1]?.seq ?? newest));
  if (inOrder) return [...known, ...arrived];
  const bySeq = new Map(known.map((event) => [event.seq, event]));
  for (const event of arrived) if (!bySeq.has(event.seq)) bySeq.set(event.seq, event);
  if (bySeq.size === known.length) return known;
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
};

/** A new attempt writes its answer anew, so the text streamed by the one before goes. */
const forgetDeltas = (
  deltas: LiveState['deltas'],
  events: readonly EventView[],
  seen: number,
): Readonly<Record<string, string>> => {
  let kept = deltas;
  for (const event of events) {
    if (event.seq <= seen) continue;
    if (event.type === 'execution_started') kept = {};
    const drop = event.type === 'step_retrying' || event.type === 'step_failed' || event.type === 'step_cancelled';
    if (!drop || event.nodeId === null) continue;
    const key = keyOfStep({ nodeId: event.nodeId, iteration: event.iteration });
    if (!(key in kept)) continue;
    const { [key]: _dropped, ...rest } = kept;
    kept = rest;
  }
  return kept;
};

const foldUpdate = (state: LiveState, message: Extract<WatchMessage, { type: 'update' }>): LiveState => {
  const merged = mergeEvents(state.events, message.events);
  const surplus = Math.max(0, merged.length - MAX_LIVE_EVENTS);
  const known = state.execution;
  // A reconnect may replay an older message: the state only moves forward, and an end is final.
  const newer =
    known === null ||
    (message.execution.lastSeq >= known.lastSeq &&
      !(isFinished(known.status) && !isFinished(message.execution.status)));
  const steps =
    newer && message.steps.length > 0
      ? { ...state.steps, ...Object.fromEntries(message.steps.map((step) => [keyOfStep(step), step])) }
      : state.steps;
  const rounds =
    newer && message.rounds
      ? { ...state.rounds, ...Object.fromEntries(message.rounds.map((counts) => [counts.nodeId, counts])) }
      : state.rounds;
  return {
    execution: newer ? message.execution : known,
    steps,
    rounds,
    waits: newer && (message.waits.length > 0 || state.waits.length > 0) ? message.waits : state.waits,
    events: surplus > 0 ? merged.slice(surplus) : merged,
    droppedEvents: state.droppedEvents + surplus,
    deltas: forgetDeltas(state.deltas, message.events, state.seq),
    seq: Math.max(state.seq, message.seq),
  };
};

/** Folds a batch of messages into the state; the same state comes back when nothing changed. */
export const foldMessages = (state: LiveState, messages: readonly WatchMessage[]): LiveState => {
  let next = state;
  let deltas: Record<string, string> | null = null;
  for (const message of messages) {
    if (message.type === 'delta') {
      deltas ??= { ...next.deltas };
      const key = keyOfStep(message);
      deltas[key] = ((deltas[key] ?? '') + message.text).slice(-MAX_DELTA_LENGTH);
      continue;
    }
    if (deltas) next = { ...next, deltas };
    deltas = null;
    next = foldUpdate(next, message);
  }
  return deltas ? { ...next, deltas } : next;
};
