'use client';

import { Paper, Text, Tooltip } from '@mantine/core';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { useFormat } from '../../../lib/use-format.ts';
import { elapsedMs, totalsOf } from '../execution-times.ts';
import { type ExecutionDetail, type ExecutionHead, isFinished, type StepView } from '../execution-view.ts';
import { useNow } from '../use-now.ts';
import classes from './execution-facts.module.css';

const Fact = ({ label, value, detail, hint }: { label: string; value: ReactNode; detail?: string; hint?: string }) => (
  <div className={classes.fact}>
    <Text size="xs" c="dimmed">
      {label}
    </Text>
    <Tooltip label={hint} disabled={!hint} multiline maw={320}>
      <Text fw={600} className={classes.value}>
        {value}
      </Text>
    </Tooltip>
    {detail && (
      <Text size="xs" c="dimmed">
        {detail}
      </Text>
    )}
  </div>
);

type ExecutionFactsProps = { detail: ExecutionDetail; head: ExecutionHead; steps: StepView[] };

/** The figures of an execution at a glance; the clock runs while it does. */
const SANDBOX_KINDS = ['docker', 'process', 'kubernetes'] as const;
const isSandboxKind = (kind: string | null): kind is (typeof SANDBOX_KINDS)[number] =>
  SANDBOX_KINDS.some((known) => known === kind);

export const ExecutionFacts = ({ detail, head, steps }: ExecutionFactsProps) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const now = useNow(200, head.startedAt !== null && !isFinished(head.status));
  const totals = totalsOf(head, steps);
  const done = steps.filter(({ status }) => status === 'completed' || status === 'skipped').length;
  const waited = head.startedAt ? head.startedAt.getTime() - head.queuedAt.getTime() : null;
  const budgetUsd = detail.definition.settings.budget?.usd;
  return (
    <Paper withBorder className={classes.facts}>
      <Fact
        label={t('column.duration')}
        value={format.duration(elapsedMs(head, now))}
        detail={waited === null ? undefined : t('facts.waited', { time: format.duration(waited) })}
      />
      <Fact
        label={t('column.cost')}
        value={format.cost(totals.costUsd)}
        detail={budgetUsd === undefined ? undefined : t('facts.ofBudget', { budget: format.cost(budgetUsd) })}
      />
      <Fact
        label={t('column.tokens')}
        value={format.tokens(totals.inputTokens + totals.outputTokens)}
        detail={t('facts.inOut', { in: format.tokens(totals.inputTokens), out: format.tokens(totals.outputTokens) })}
      />
      <Fact label={t('facts.steps')} value={t('facts.stepsDone', { done, all: steps.length })} />
      <Fact
        label={t('facts.sandbox')}
        value={isSandboxKind(head.sandbox) ? t(`sandbox.${head.sandbox}`) : (head.sandbox ?? '–')}
        hint={isSandboxKind(head.sandbox) ? t(`sandbox.${head.sandbox}Hint`) : undefined}
        detail={head.attempts > 1 ? t('facts.resumed', { count: head.attempts - 1 }) : undefined}
      />
    </Paper>
  );
};
