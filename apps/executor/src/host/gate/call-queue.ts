/** Whose turn it may be. */
export type Caller = {
  workspaceId: string;
  /** The most calls that its workspace may have under way. */
  workspaceCalls: number;
  priority: 'interactive' | 'batch';
  /** What is asked and has a limit of its own. One with `calls` belongs to one workspace: a provider key. */
  source?: { id: string; calls?: number | undefined } | undefined;
};

export type Waiting<C extends Caller> = { readonly caller: C; readonly since: number };

/** Why somebody waits. `order`: others are before it. */
export type QueueBlock = 'total' | 'workspace_calls' | 'source_calls' | 'order';

export type CallQueue<C extends Caller> = {
  add(caller: C, now: number): Waiting<C>;
  /** Whose turn it is now, who is under way from then on; `undefined` when it is nobody's. */
  next(now: number): Waiting<C> | undefined;
  /** `false` when it is not waiting any more. */
  remove(waiting: Waiting<C>): boolean;
  /** A call that was under way has ended. */
  end(caller: C): void;
  blockOf(caller: C): QueueBlock;
  underWay(): number;
  underWayOf(sourceId: string): number;
  waiting(): number;
};

export type CallQueueOptions<C extends Caller> = {
  /** Calls under way at once, of all workspaces together. */
  maxUnderWay: number;
  /** A batch call that has waited this long counts as an interactive one. Ms. */
  ageMs: number;
  /** Whether something else holds this caller back; the same for all of one workspace and source. */
  isHeld?: (caller: C) => boolean;
};

/** In the order asked. */
type Lane<C extends Caller> = Set<Waiting<C>>;
type Workspace<C extends Caller> = { underWay: number; servedAt: number; lanes: Map<string, Lane<C>> };

/**
 * Whose turn it is, as a plain data structure without promises and timers. Interactive calls go before batch ones; then
 * comes the workspace with the fewest under way, then the one that was served least recently, so that one with thousands
 * of calls does not keep another's single one waiting; within a workspace the one that waits longest. A source at its
 * limit holds back only the calls that need it. Nobody waits for ever: a batch call grows older until it counts as an
 * interactive one.
 */
export const createCallQueue = <C extends Caller>({
  maxUnderWay,
  ageMs,
  isHeld = () => false,
}: CallQueueOptions<C>): CallQueue<C> => {
  const workspaces = new Map<string, Workspace<C>>();
  const sources = new Map<string, number>();
  let total = 0;
  let waitingCount = 0;
  let served = 0;

  const workspaceOf = (id: string): Workspace<C> => {
    let workspace = workspaces.get(id);
    if (!workspace) {
      workspace = { underWay: 0, servedAt: 0, lanes: new Map() };
      workspaces.set(id, workspace);
    }
    return workspace;
  };
  const forgetIdle = (id: string, { underWay, lanes }: Workspace<C>): void => {
    if (underWay === 0 && lanes.size === 0) workspaces.delete(id);
  };

  const isSourceFull = ({ source }: C): boolean =>
    source?.calls !== undefined && (sources.get(source.id) ?? 0) >= source.calls;

  const take = (waiting: Waiting<C>): boolean => {
    const { caller } = waiting;
    const workspace = workspaces.get(caller.workspaceId);
    const lane = workspace?.lanes.get(laneOf(caller));
    if (!workspace || !lane?.delete(waiting)) return false;
    if (lane.size === 0) workspace.lanes.delete(laneOf(caller));
    waitingCount -= 1;
    return true;
  };

  const choose = (now: number): Waiting<C> | undefined => {
    let best: { waiting: Waiting<C>; workspace: Workspace<C> } | undefined;
    for (const workspace of workspaces.values()) {
      for (const lane of workspace.lanes.values()) {
        const [waiting] = lane;
        if (!waiting) continue;
        const { caller } = waiting;
        if (workspace.underWay >= caller.workspaceCalls || isSourceFull(caller)) continue;
        if (best && !isBefore({ waiting, workspace }, best, { now, ageMs })) continue;
        if (isHeld(caller)) continue;
        best = { waiting, workspace };
      }
    }
    return best?.waiting;
  };

  return {
    add: (caller, now) => {
      const waiting: Waiting<C> = { caller, since: now };
      const { lanes } = workspaceOf(caller.workspaceId);
      const key = laneOf(caller);
      const lane = lanes.get(key) ?? new Set();
      lane.add(waiting);
      lanes.set(key, lane);
      waitingCount += 1;
      return waiting;
    },
    next: (now) => {
      if (waitingCount === 0 || total >= maxUnderWay) return undefined;
      const chosen = choose(now);
      if (!chosen) return undefined;
      take(chosen);
      const { workspaceId, source } = chosen.caller;
      const workspace = workspaceOf(workspaceId);
      served += 1;
      workspace.servedAt = served;
      workspace.underWay += 1;
      total += 1;
      if (source) sources.set(source.id, (sources.get(source.id) ?? 0) + 1);
      return chosen;
    },
    remove: (waiting) => {
      if (!take(waiting)) return false;
      const { workspaceId } = waiting.caller;
      forgetIdle(workspaceId, workspaceOf(workspaceId));
      return true;
    },
    end: ({ workspaceId, source }) => {
      const workspace = workspaceOf(workspaceId);
      workspace.underWay -= 1;
      total -= 1;
      forgetIdle(workspaceId, workspace);
      if (!source) return;
      const left = (sources.get(source.id) ?? 1) - 1;
      if (left === 0) sources.delete(source.id);
      else sources.set(source.id, left);
    },
    blockOf: (caller) => {
      if ((workspaces.get(caller.workspaceId)?.underWay ?? 0) >= caller.workspaceCalls) return 'workspace_calls';
      if (isSourceFull(caller)) return 'source_calls';
      return total >= maxUnderWay ? 'total' : 'order';
    },
    underWay: () => total,
    underWayOf: (sourceId) => sources.get(sourceId) ?? 0,
    waiting: () => waitingCount,
  };
};

const laneOf = ({ priority, source }: Caller): string => `${priority} ${source?.id ?? ''}`;

type Candidate<C extends Caller> = { waiting: Waiting<C>; workspace: Workspace<C> };

const isBefore = <C extends Caller>(
  one: Candidate<C>,
  other: Candidate<C>,
  { now, ageMs }: { now: number; ageMs: number },
): boolean => {
  const rank = ({ caller, since }: Waiting<C>) => (caller.priority === 'interactive' || now - since >= ageMs ? 0 : 1);
  return (
    (rank(one.waiting) - rank(other.waiting) ||
      one.workspace.underWay - other.workspace.underWay ||
      one.workspace.servedAt - other.workspace.servedAt ||
      one.waiting.since - other.waiting.since) < 0
  );
};
