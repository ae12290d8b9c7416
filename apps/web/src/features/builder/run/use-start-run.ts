'use client';

import { useMutation } from '@tanstack/react-query';
import { useTRPCClient } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { rememberInput } from './last-input.ts';
import { useStartFailure } from './use-start-failure.ts';
import { useTellLater } from './use-tell-later.tsx';

/** Starts a run of the draft as it is on the screen: everything is stored before the server reads it. */
export const useStartRun = (onStarted: () => void) => {
  const describe = useStartFailure();
  const tellLater = useTellLater();
  const { slug } = useWorkspace();
  const client = useTRPCClient();
  const { workflowId, connection, runs } = useBuilder();
  const start = useMutation({
    mutationFn: async ({ input, startAfter }: { input: unknown; startAfter?: Date }) => {
      await connection.flush();
      return client.executions.start.mutate({ workspace: slug, workflowId, source: 'draft', input, startAfter });
    },
    onSuccess: (execution, { input, startAfter }) => {
      rememberInput(workflowId, input);
      // There is nothing to follow for a while.
      if (startAfter) tellLater(execution.id, startAfter);
      else runs.getState().follow(execution.id);
      onStarted();
    },
  });
  return {
    start: start.mutate,
    reset: start.reset,
    starting: start.isPending,
    failure: start.error ? describe(start.error) : undefined,
  };
};
