'use client';

import { Alert, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useFormat } from '../../../lib/use-format.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { explainReason } from '../../executions/explain-reason.ts';
import { PayloadView } from '../../executions/payload/payload-view.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useRunState } from '../state/builder-context.tsx';

/** What went into a node in the last run, and what came out. Loaded when it is looked at. */
export const StepRun = ({ nodeId }: { nodeId: string }) => {
  const t = useTranslations('builder.run');
  const tExecutions = useTranslations('executions');
  const format = useFormat();
  const errorText = useErrorText();
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  // A step that failed gave nothing; what it was given is where to look.
  const failed = useRunState((state) => state.steps[nodeId]?.status === 'failed');
  const [side, setSide] = useState<'input' | 'output'>(failed ? 'input' : 'output');
  const executionId = useRunState((state) => state.executionId);
  const step = useRunState((state) => state.steps[nodeId]);
  const streamed = useRunState((state) => state.deltas[nodeId]);
  const payload = useQuery(
    trpc.executions.step.queryOptions(
      { workspace: slug, executionId: executionId ?? '', nodeId },
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
      {step.error && (
        <Alert color="red" icon={<IconAlertTriangle size={16} />} title={step.error.message}>
          {step.error.hint}
        </Alert>
      )}
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
          key={side}
          value={side === 'input' ? payload.data.input : payload.data.output}
          fileName={`${nodeId}-${side}`}
        />
      )}
    </Stack>
  );
};
