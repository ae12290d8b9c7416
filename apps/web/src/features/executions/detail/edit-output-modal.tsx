'use client';

import { Modal, Skeleton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import type { ExecutionDetail, StepView } from '../execution-view.ts';
import { JsonRunForm } from './json-run-form.tsx';
import { useStepPayload } from './use-step-payload.ts';

type EditOutputModalProps = { detail: ExecutionDetail; step: StepView; opened: boolean; onClose: () => void };

/** The step's output as text to change; what follows it then runs on that. */
export const EditOutputModal = ({ detail, step, opened, onClose }: EditOutputModalProps) => {
  const t = useTranslations('executions.editOutput');
  return (
    <Modal opened={opened} onClose={onClose} title={t('title', { step: step.nodeName })} size="lg">
      {opened && <EditOutputForm detail={detail} step={step} onClose={onClose} />}
    </Modal>
  );
};

const EditOutputForm = ({ detail, step, onClose }: Omit<EditOutputModalProps, 'opened'>) => {
  const payload = useStepPayload(detail.id, step);
  if (payload.isPending) return <Skeleton height={240} />;
  return <OutputEditor detail={detail} step={step} output={payload.data?.output ?? null} onClose={onClose} />;
};

type OutputEditorProps = Omit<EditOutputModalProps, 'opened'> & { output: unknown };

const OutputEditor = ({ detail, step, output, onClose }: OutputEditorProps) => {
  const t = useTranslations('executions.editOutput');
  const trpc = useTRPC();
  const router = useRouter();
  const { slug } = useWorkspace();
  const rerun = useMutation(
    trpc.executions.rerunStep.mutationOptions({
      onSuccess: ({ id }) => {
        onClose();
        router.push(`/w/${slug}/executions/${id}`);
      },
    }),
  );
  const words = {
    text: t('text'),
    label: t('output'),
    invalidJson: t('invalidJson'),
    cancel: t('cancel'),
    run: t('run'),
  };
  const run = (edited: { value: unknown }) =>
    rerun.mutate({ workspace: slug, executionId: detail.id, nodeId: step.nodeId, mode: 'edit', output: edited });
  return <JsonRunForm value={output} words={words} attempt={rerun} onRun={run} onClose={onClose} />;
};
