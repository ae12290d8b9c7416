'use client';

import type { BudgetRequest } from '@agentweaver/core/budget/budget-wait';
import { Alert, Button, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useFormat } from '../../../lib/use-format.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { parseJsonText } from '../detail/parse-json-text.ts';
import type { WaitView } from '../execution-view.ts';
import { MarkdownText } from '../payload/markdown-text.tsx';
import { PayloadView } from '../payload/payload-view.tsx';
import { HumanForm } from './human-form.tsx';
import type { WaitAnswer } from './wait-answer.ts';

/** One thing that an execution waits for, with what is needed to answer it. */
export const WaitCard = ({ wait, stepName }: { wait: WaitView; stepName: string }) => {
  const t = useTranslations('executions.waits');
  const format = useFormat();
  const { canEdit } = useWorkspace();
  const until = wait.until ? format.dateTime(wait.until) : null;
  if (wait.kind === 'timer') return <Text size="sm">{t('timer', { step: stepName, time: until ?? '–' })}</Text>;
  return (
    <Stack gap="xs" component="section" aria-label={t('asks', { step: stepName })}>
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          {t('asks', { step: stepName })}
        </Text>
        {until && (
          <Text size="xs" c="dimmed">
            {t('until', { time: until })}
          </Text>
        )}
      </Group>
      <Text fw={600}>{wait.kind === 'human' ? wait.request.title : t('budget')}</Text>
      <Message text={wait.request.message} />
      {canEdit ? (
        <Answer wait={wait} />
      ) : (
        <Text size="sm" c="dimmed">
          {t('viewer')}
        </Text>
      )}
    </Stack>
  );
};

/** Steps often hand on data rather than text: these are shown as a tree. */
const Message = ({ text }: { text: string }) => {
  if (text === '') return null;
  const data = /^\s*[[{]/.test(text) ? parseJsonText(text) : null;
  return data ? <PayloadView value={data.value} fileName="question" /> : <MarkdownText text={text} />;
};

const Answer = ({ wait }: { wait: Exclude<WaitView, { kind: 'timer' }> }) => {
  const t = useTranslations('executions.waits');
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const { slug } = useWorkspace();
  const answer = useMutation(
    trpc.executions.answerWait.mutationOptions({
      onSuccess: async () => {
        notifications.show({ message: t('answered'), color: 'teal' });
        await queryClient.invalidateQueries({ queryKey: trpc.executions.openWaits.pathKey() });
      },
    }),
  );
  const send = (given: WaitAnswer) => answer.mutate({ workspace: slug, waitId: wait.id, answer: given });
  const busy = answer.isPending || answer.isSuccess;
  return (
    <Stack gap="xs">
      {wait.kind === 'budget' ? (
        <BudgetAnswer request={wait.request} busy={busy} onAnswer={send} />
      ) : wait.request.kind === 'form' ? (
        <HumanForm fields={wait.request.fields} busy={busy} onAnswer={(values) => send({ values })} />
      ) : (
        <Decision wait={wait} busy={busy} onAnswer={send} />
      )}
      {answer.isError && (
        <Alert color="red" role="alert">
          {errorText(answer.error)}
        </Alert>
      )}
    </Stack>
  );
};

type AnswerProps = { busy: boolean; onAnswer: (answer: WaitAnswer) => void };

const Decision = ({ wait, busy, onAnswer }: AnswerProps & { wait: Extract<WaitView, { kind: 'human' }> }) => {
  const t = useTranslations('executions.waits');
  const [comment, setComment] = useState('');
  const said = comment.trim() === '' ? {} : { comment: comment.trim() };
  return (
    <>
      <TextInput
        size="sm"
        placeholder={t('comment')}
        aria-label={t('comment')}
        value={comment}
        maxLength={4_000}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Group gap="xs">
        {wait.request.kind === 'approval' ? (
          <>
            <Button
              color="teal"
              leftSection={<IconCheck size={16} />}
              disabled={busy}
              onClick={() => onAnswer({ approved: true, ...said })}
            >
              {t('approve')}
            </Button>
            <Button
              color="red"
              variant="light"
              leftSection={<IconX size={16} />}
              disabled={busy}
              onClick={() => onAnswer({ approved: false, ...said })}
            >
              {t('reject')}
            </Button>
          </>
        ) : (
          wait.request.choices.map(({ id, label }) => (
            <Button key={id} variant="default" disabled={busy} onClick={() => onAnswer({ choice: id, ...said })}>
              {label}
            </Button>
          ))
        )}
      </Group>
    </>
  );
};

const BudgetAnswer = ({ request, busy, onAnswer }: AnswerProps & { request: BudgetRequest }) => {
  const t = useTranslations('executions.waits');
  const { kind, leastRaise } = request;
  const isMoney = kind === 'usd';
  const [by, setBy] = useState<number | string>(
    isMoney ? Math.max(1, Math.ceil(leastRaise)) : Math.ceil(leastRaise) || 1,
  );
  return (
    <Group gap="xs" align="flex-end">
      <NumberInput
        label={t(`budgetBy.${kind}`)}
        {...(isMoney ? { prefix: '$' } : {})}
        min={isMoney ? 0.01 : 1}
        max={isMoney ? 100_000 : 1_000_000}
        decimalScale={isMoney ? 2 : 0}
        thousandSeparator=","
        w={170}
        value={by}
        onChange={setBy}
      />
      <Button
        disabled={busy || Number(by) <= 0}
        onClick={() => onAnswer({ approved: true, values: { [kind]: Number(by) } })}
      >
        {t('budgetRaise')}
      </Button>
      <Button color="red" variant="light" disabled={busy} onClick={() => onAnswer({ approved: false })}>
        {t('budgetStop')}
      </Button>
    </Group>
  );
};
