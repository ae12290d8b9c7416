'use client';

import { Modal, Skeleton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { ErrorState } from '../../../components/state-views.tsx';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { JsonRunForm } from './json-run-form.tsx';

type RerunModalProps = { executionId: string; opened: boolean; onClose: () => void };

const RerunForm = ({ executionId, input, onClose }: { executionId: string; input: unknown; onClose: () => void }) => {
  const t = useTranslations('executions.rerun');
  const trpc = useTRPC();
  const router = useRouter();
  const { slug } = useWorkspace();
  const rerun = useMutation(
    trpc.executions.rerun.mutationOptions({
      onSuccess: ({ id }) => {
        onClose();
        router.push(`/w/${slug}/executions/${id}`);
      },
    }),
  );
  const words = {
    text: t('text'),
    label: t('input'),
    invalidJson: t('invalidJson'),
    cancel: t('cancel'),
    run: t('run'),
  };
  const run = (edited: { value: unknown }) => rerun.mutate({ workspace: slug, executionId, input: edited });
  return <JsonRunForm value={input} words={words} attempt={rerun} onRun={run} onClose={onClose} />;
};

/** The same version on another input, starting from the input it had. */
export const RerunModal = ({ executionId, opened, onClose }: RerunModalProps) => {
  const t = useTranslations('executions.rerun');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const payload = useQuery(trpc.executions.payload.queryOptions({ workspace: slug, executionId }, { enabled: opened }));
  return (
    <Modal opened={opened} onClose={onClose} title={t('title')} size="lg">
      {payload.isError ? (
        <ErrorState error={payload.error} onRetry={() => void payload.refetch()} />
      ) : payload.data ? (
        <RerunForm executionId={executionId} input={payload.data.input} onClose={onClose} />
      ) : (
        <Skeleton height={240} />
      )}
    </Modal>
  );
};
