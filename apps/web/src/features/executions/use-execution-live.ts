'use client';

import { useSubscription } from '@trpc/tanstack-react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { isFinished, type WatchMessage } from './execution-view.ts';
import { EMPTY_LIVE_STATE, foldMessages, type LiveState } from './live-state.ts';

export type LiveConnection = 'connecting' | 'live' | 'ended';

export type ExecutionLive = LiveState & { connection: LiveConnection };

/** Messages are folded this often at most, in ms: token streams bring hundreds a second. */
const FLUSH_MS = 60;

/**
 * Follows one execution: its state, steps by node id, log and streamed text.
 * Starts from the beginning of the log, resumes by `seq` after a lost connection, and ends with the execution.
 * `null` follows nothing.
 */
export const useExecutionLive = (executionId: string | null): ExecutionLive => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const [state, setState] = useState<{ id: string | null; live: LiveState }>({
    id: executionId,
    live: EMPTY_LIVE_STATE,
  });
  const buffer = useRef<WatchMessage[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  useEffect(() => {
    buffer.current = [];
    setState((current) => (current.id === executionId ? current : { id: executionId, live: EMPTY_LIVE_STATE }));
    return () => {
      if (timer.current) clearTimeout(timer.current);
      timer.current = null;
    };
  }, [executionId]);

  const receive = useCallback(
    (message: WatchMessage) => {
      buffer.current.push(message);
      timer.current ??= setTimeout(() => {
        timer.current = null;
        const messages = buffer.current;
        buffer.current = [];
        setState((current) => ({
          id: executionId,
          live: foldMessages(current.id === executionId ? current.live : EMPTY_LIVE_STATE, messages),
        }));
      }, FLUSH_MS);
    },
    [executionId],
  );

  const live = state.id === executionId ? state.live : EMPTY_LIVE_STATE;
  const done = live.execution !== null && isFinished(live.execution.status) && live.seq >= live.execution.lastSeq;

  const subscription = useSubscription(
    trpc.executions.watch.subscriptionOptions(
      { workspace: slug, executionId: executionId ?? '' },
      {
        enabled: executionId !== null && !done,
        onData: (message) => receive('data' in message ? message.data : message),
      },
    ),
  );

  const connection: LiveConnection = done ? 'ended' : subscription.status === 'pending' ? 'live' : 'connecting';
  return { ...live, connection };
};
