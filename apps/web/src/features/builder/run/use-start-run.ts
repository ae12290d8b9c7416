'use client';

import { useMutation } from '@tanstack/react-query';
import { useTRPCClient } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { rememberInput } from './last-input.ts';
import { useStartFailure } from './use-start-failure.ts';

/** Starts a run of the draft as it is on the screen: everything is stored before the server reads it. */
export const useStartRun = (onStarted: () => void) => {
  const describe = useStartFailure();
  const { slug } = useWorkspace();
  const client = useTRPCClient();
  const { workflowId, connection, runs } = useBuilder();
  const start = useMutation({
    mutationFn: async (input: unknown) => {
      await connection.flush();
      return client.executions.start.mutate({ workspace: slug, workflowId, source: 'draft', input });
    },
    onSuccess: (execution, input) => {
      rememberInput(workflowId, input);
      runs.getState().follow(execution.id);
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
