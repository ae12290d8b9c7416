'use client';

import { Alert, Button, Group, JsonInput, List, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ErrorState } from '../../../components/state-views.tsx';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { publicErrorOf } from '../../../trpc/public-error.ts';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { parseJsonText } from './parse-json-text.ts';

type RerunModalProps = { executionId: string; opened: boolean; onClose: () => void };

const RerunForm = ({ executionId, input, onClose }: { executionId: string; input: unknown; onClose: () => void }) => {
  const t = useTranslations('executions.rerun');
  const trpc = useTRPC();
  const router = useRouter();
  const errorText = useErrorText();
  const { slug } = useWorkspace();
  const [text, setText] = useState(() => JSON.stringify(input, null, 2));
  const parsed = parseJsonText(text);
  const rerun = useMutation(
    trpc.executions.rerun.mutationOptions({
      onSuccess: ({ id }) => {
        onClose();
        router.push(`/w/${slug}/executions/${id}`);
      },
    }),
  );
  const problems = publicErrorOf(rerun.error)?.problems ?? [];
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('text')}
      </Text>
      <JsonInput
        label={t('input')}
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
          {problems.length > 0 && (
            <List size="sm" mt={4}>
              {problems.map(({ field, message }) => (
                <List.Item key={field + message}>
                  <code>{field}</code>: {message}
                </List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button
          disabled={!parsed}
          loading={rerun.isPending}
          onClick={() => parsed && rerun.mutate({ workspace: slug, executionId, input: parsed })}
        >
          {t('run')}
        </Button>
      </Group>
    </Stack>
  );
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
