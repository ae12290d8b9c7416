'use client';

import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPCClient } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { useStartFailure } from './use-start-failure.ts';

/** `alone`: this step and nothing else. `from`: this step and all that it leads to. */
export type NodeRunMode = 'alone' | 'from';

/** Runs a part of the draft on the input and the outputs of the run that the canvas shows. */
export const useRunNode = (): ((nodeId: string, mode: NodeRunMode) => void) => {
  const t = useTranslations('builder.run');
  const describe = useStartFailure();
  const { slug } = useWorkspace();
  const client = useTRPCClient();
  const { workflowId, connection, runs } = useBuilder();
  const run = useMutation({
    mutationFn: async ({ nodeId, mode, from }: { nodeId: string; mode: NodeRunMode; from: string }) => {
      await connection.flush();
      const { input } = await client.executions.payload.query({ workspace: slug, executionId: from });
      return client.executions.start.mutate({
        workspace: slug,
        workflowId,
        source: 'draft',
        input,
        reuse: { executionId: from, from: nodeId },
        ...(mode === 'alone' ? { only: nodeId } : {}),
      });
    },
    onSuccess: (execution) => runs.getState().follow(execution.id),
    onError: (error) => notifications.show({ color: 'red', message: describe(error) }),
  });
  return (nodeId, mode) => {
    const from = runs.getState().executionId;
    if (from === null) notifications.show({ color: 'orange', message: t('runFirst') });
    else if (!run.isPending) run.mutate({ nodeId, mode, from });
  };
};
