'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useTRPCClient } from '../../../trpc/client.tsx';
import { publicErrorOf } from '../../../trpc/public-error.ts';
import { DraftOffline } from '../../collab/draft-connection.ts';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { rememberInput } from './last-input.ts';

/** Starts a run of the draft as it is on the screen: everything is stored before the server reads it. */
export const useStartRun = (onStarted: () => void) => {
  const t = useTranslations('builder.run');
  const errorText = useErrorText();
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
  const describe = (error: Error): string => {
    if (error instanceof DraftOffline) return t('offline');
    const problems = publicErrorOf(error)?.problems ?? [];
    return [errorText(error), ...problems.map((problem) => problem.message)].join(' ');
  };
  return {
    start: start.mutate,
    reset: start.reset,
    starting: start.isPending,
    failure: start.error ? describe(start.error) : undefined,
  };
};
