'use client';

import { Badge, Button, Group, Select, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ErrorState } from '../../../components/state-views.tsx';
import { StatusIcon } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { stepElapsedMs } from '../execution-times.ts';
import { type RoundCounts, STEP_STATUSES, type StepStatus, type StepView } from '../execution-view.ts';
import type { ExecutionLive } from '../use-execution-live.ts';
import { useNow } from '../use-now.ts';
import { roundLabel } from './round-label.ts';
import classes from './step-rounds.module.css';
import { useRounds } from './use-rounds.ts';

const Round = ({ step, onSelect }: { step: StepView; onSelect: (iteration: string) => void }) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const now = useNow(500, step.status === 'running');
  const tokens = step.inputTokens + step.outputTokens;
  return (
    <UnstyledButton className={classes.round} onClick={() => onSelect(step.iteration)} title={step.iteration}>
      <StatusIcon status={step.status} size={18} label={t(`status.${step.status}`)} />
      <span className={classes.label}>{t('step.roundNumber', { number: roundLabel(step.iteration) })}</span>
      {step.error && (
        <Text span size="xs" c="red" truncate className={classes.error}>
          {step.error.message}
        </Text>
      )}
      <span className={classes.figures}>
        {tokens > 0 && <span>{format.cost(step.costUsd)}</span>}
        <span>{format.duration(stepElapsedMs(step, now))}</span>
      </span>
    </UnstyledButton>
  );
};

type StepRoundsProps = {
  executionId: string;
  counts: RoundCounts;
  live: ExecutionLive;
  onSelect: (iteration: string) => void;
};

/** All runs of a node that has several: how they stand together, and each to choose from. */
export const StepRounds = ({ executionId, counts, live, onSelect }: StepRoundsProps) => {
  const t = useTranslations('executions');
  const [status, setStatus] = useState<StepStatus | null>(null);
  const { query, rounds } = useRounds({ executionId, counts, live }, status);
  const present = STEP_STATUSES.filter((one) => one !== 'pending' && counts[one] > 0);
  return (
    <Stack gap="xs" className={classes.box}>
      <Group justify="space-between" wrap="nowrap">
        <Group gap={6}>
          <Text size="sm" fw={600}>
            {t('step.roundCounts', { completed: counts.completed, total: counts.total })}
          </Text>
          {counts.failed > 0 && (
            <Badge size="sm" color="red" variant="light">
              {t('step.roundFailed', { count: counts.failed })}
            </Badge>
          )}
        </Group>
        <Select
          size="xs"
          w={150}
          aria-label={t('step.anyRound')}
          placeholder={t('step.anyRound')}
          clearable
          value={status}
          onChange={(value) => setStatus(present.find((one) => one === value) ?? null)}
          data={present.map((value) => ({ value, label: t(`status.${value}`) }))}
        />
      </Group>
      {query.isError && rounds.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Skeleton height={160} />
      ) : rounds.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('step.noRounds')}
        </Text>
      ) : (
        <div className={classes.list}>
          {rounds.map((step) => (
            <Round key={step.iteration} step={step} onSelect={onSelect} />
          ))}
          {query.hasNextPage && (
            <Button
              size="compact-sm"
              variant="subtle"
              fullWidth
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {t('step.moreRounds')}
            </Button>
          )}
        </div>
      )}
      <Text size="xs" c="dimmed">
        {t('step.pickRound')}
      </Text>
    </Stack>
  );
};
