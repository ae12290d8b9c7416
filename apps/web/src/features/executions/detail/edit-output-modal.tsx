'use client';

import { Alert, Button, Group, JsonInput, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import type { ExecutionDetail, StepView } from '../execution-view.ts';
import { parseJsonText } from './parse-json-text.ts';
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
  const errorText = useErrorText();
  const { slug } = useWorkspace();
  const [text, setText] = useState(() => JSON.stringify(output, null, 2));
  const parsed = parseJsonText(text);
  const rerun = useMutation(
    trpc.executions.rerunStep.mutationOptions({
      onSuccess: ({ id }) => {
        onClose();
        router.push(`/w/${slug}/executions/${id}`);
      },
    }),
  );
  const run = (value: unknown) =>
    rerun.mutate({ workspace: slug, executionId: detail.id, nodeId: step.nodeId, mode: 'edit', output: { value } });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('text')}
      </Text>
      <JsonInput
        label={t('output')}
        value={text}
        onChange={setText}
        error={parsed ? undefined : t('invalidJson')}
        autosize
        minRows={8}
        maxRows={20}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        data-autofocus
      />
      {rerun.isError && (
        <Alert color="red" role="alert">
          {errorText(rerun.error)}
        </Alert>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button disabled={!parsed} loading={rerun.isPending} onClick={() => parsed && run(parsed.value)}>
          {t('run')}
        </Button>
      </Group>
    </Stack>
  );
};
