'use client';

import { Alert, Group, SegmentedControl, Select, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useFormat } from '../../../lib/use-format.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { ExecutionErrorCard } from '../../executions/detail/execution-error-card.tsx';
import { roundLabel } from '../../executions/detail/round-label.ts';
import { keyOfStep, type StepView } from '../../executions/execution-view.ts';
import { explainReason } from '../../executions/explain-reason.ts';
import { PayloadView } from '../../executions/payload/payload-view.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useRunState } from '../state/builder-context.tsx';
import { runsOfNode } from '../state/node-run.ts';

/** Which of a node's runs is looked at; the newest at first. */
const RunPicker = ({
  runs,
  value,
  onChange,
}: {
  runs: readonly StepView[];
  value: string;
  onChange: (iteration: string) => void;
}) => {
  const t = useTranslations('builder.run');
  return (
    <Select
      size="xs"
      label={t('round')}
      allowDeselect={false}
      data={runs.map((run) => ({
        value: run.iteration,
        label: t('roundNumber', { number: roundLabel(run.iteration) }),
      }))}
      value={value}
      onChange={(next) => next !== null && onChange(next)}
      comboboxProps={{ withinPortal: true }}
    />
  );
};

/** What went into a node in the last run, and what came out. Loaded when it is looked at. */
export const StepRun = ({ nodeId }: { nodeId: string }) => {
  const t = useTranslations('builder.run');
  const tExecutions = useTranslations('executions');
  const format = useFormat();
  const errorText = useErrorText();
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const runs = useRunState((state) => runsOfNode(state.steps, nodeId));
  const [chosen, setChosen] = useState<string | null>(null);
  const step = runs.find((run) => run.iteration === chosen) ?? runs.at(-1);
  // A step that failed gave nothing; what it was given is where to look.
  const [side, setSide] = useState<'input' | 'output'>(step?.status === 'failed' ? 'input' : 'output');
  const executionId = useRunState((state) => state.executionId);
  const streamed = useRunState((state) => (step ? state.deltas[keyOfStep(step)] : undefined));
  const payload = useQuery(
    trpc.executions.step.queryOptions(
      { workspace: slug, executionId: executionId ?? '', nodeId, iteration: step?.iteration ?? '' },
      { enabled: executionId !== null && step !== undefined && step.status !== 'pending' },
    ),
  );
  if (!step || step.status === 'pending')
    return (
      <Text size="sm" c="dimmed">
        {t('stepNotRun')}
      </Text>
    );
  return (
    <Stack gap="sm">
      {runs.length > 1 && <RunPicker runs={runs} value={step.iteration} onChange={setChosen} />}
      <Group gap="sm">
        <StatusBadge status={step.status} />
        {step.durationMs !== null && <Text size="sm">{format.duration(step.durationMs)}</Text>}
        {step.inputTokens + step.outputTokens > 0 && (
          <Text size="sm" c="dimmed">
            {t('tokens', { input: format.tokens(step.inputTokens), output: format.tokens(step.outputTokens) })}
          </Text>
        )}
        {step.model !== null && <Text size="sm">{format.cost(step.costUsd)}</Text>}
      </Group>
      {step.reason !== null && (
        <Text size="sm" c="dimmed">
          {explainReason(step.reason, tExecutions)}
        </Text>
      )}
      {step.error && <ExecutionErrorCard error={step.error} steps={[]} />}
      <SegmentedControl
        value={side}
        onChange={(next) => setSide(next === 'input' ? 'input' : 'output')}
        data={[
          { value: 'input', label: t('input') },
          { value: 'output', label: t('output') },
        ]}
      />
      {side === 'output' && step.status === 'running' && streamed !== undefined && (
        <PayloadView value={streamed} fileName={nodeId} />
      )}
      {payload.isPending && !streamed && <Skeleton height={120} />}
      {payload.isError && <Alert color="red">{errorText(payload.error)}</Alert>}
      {payload.data && !(side === 'output' && step.status === 'running') && (
        <PayloadView
          key={`${side}:${step.iteration}`}
          value={side === 'input' ? payload.data.input : payload.data.output}
          fileName={`${nodeId}-${side}`}
        />
      )}
    </Stack>
  );
};
