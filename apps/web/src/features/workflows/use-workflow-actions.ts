'use client';

import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useTRPC, useTRPCClient } from '../../trpc/client.tsx';
import { downloadText } from '../executions/payload/download-text.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { exportFileName, toExportText } from './workflow-file.ts';

/** What can be done with workflows from the list; each tells about its failure, and the list is read anew. */
export const useWorkflowActions = () => {
  const t = useTranslations('workflows');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const router = useRouter();
  const { slug } = useWorkspace();
  const open = ({ id }: { id: string }) => router.push(`/w/${slug}/workflows/${id}`);
  const refresh = () => queries.invalidateQueries(trpc.workflows.pathFilter());
  const fail = (error: unknown) => notifications.show({ color: 'red', message: errorText(error), autoClose: 8_000 });
  const opening = {
    onSuccess: (workflow: { id: string }) => {
      void refresh();
      open(workflow);
    },
  };

  return {
    create: useMutation(trpc.workflows.create.mutationOptions(opening)),
    importFile: useMutation(trpc.workflows.import.mutationOptions(opening)),
    duplicate: useMutation(
      trpc.workflows.duplicate.mutationOptions({
        onSuccess: (workflow) => {
          notifications.show({ color: 'thread', message: t('duplicated', { name: workflow.name }) });
          return refresh();
        },
        onError: fail,
      }),
    ),
    rename: useMutation(trpc.workflows.rename.mutationOptions({ onSuccess: refresh })),
    remove: useMutation(
      trpc.workflows.delete.mutationOptions({
        onSuccess: (workflow) => {
          notifications.show({ message: t('deleted', { name: workflow.name }) });
          return refresh();
        },
      }),
    ),
    download: useMutation({
      mutationFn: (workflowId: string) => client.workflows.export.query({ workspace: slug, workflowId }),
      onSuccess: (file) => downloadText(exportFileName(file.name), toExportText(file)),
      onError: fail,
    }),
  };
};
