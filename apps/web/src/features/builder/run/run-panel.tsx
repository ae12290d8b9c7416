'use client';

import {
  ActionIcon,
  Alert,
  Anchor,
  Button,
  CloseButton,
  Group,
  ScrollArea,
  Skeleton,
  Stack,
  Text,
  Tooltip,
} from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconExternalLink, IconPlayerStop } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useFormat } from '../../../lib/use-format.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { ExecutionErrorCard } from '../../executions/detail/execution-error-card.tsx';
import { type ExecutionHead, isFinished } from '../../executions/execution-view.ts';
import { PayloadView } from '../../executions/payload/payload-view.tsx';
import { WaitCard } from '../../executions/waits/wait-card.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useGoToNode } from '../canvas/use-go-to-node.ts';
import { useBuilder, useBuilderState, useRunState } from '../state/builder-context.tsx';
import { runsOfNode } from '../state/node-run.ts';
import classes from './run-panel.module.css';

/** Height of a result before it scrolls, in px: the canvas above is what people came for. */
const RESULT_HEIGHT = 190;

const RunResult = ({ execution }: { execution: ExecutionHead }) => {
  const t = useTranslations('builder.run');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const goToNode = useGoToNode();
  const { slug } = useWorkspace();
  const completed = execution.status === 'completed';
  const payload = useQuery(
    trpc.executions.payload.queryOptions({ workspace: slug, executionId: execution.id }, { enabled: completed }),
  );
  const failedId = execution.error?.nodeId;
  // Of a failed run: the names are those that it ran with.
  const failed = useRunState((state) => (failedId ? runsOfNode(state.steps, failedId).at(-1) : undefined));
  if (execution.error) {
    return (
      <ExecutionErrorCard
        error={execution.error}
        steps={failed ? [failed] : []}
        onShowStep={(nodeId) => goToNode(nodeId, { tab: 'run' })}
      />
    );
  }
  if (execution.status === 'cancelled')
    return (
      <Text size="sm" c="dimmed">
        {t('wasCancelled')}
      </Text>
    );
  if (execution.status === 'waiting') return <RunWaits />;
  if (!completed) return <RunProgress />;
  if (payload.isError) return <Alert color="red">{errorText(payload.error)}</Alert>;
  // The row may be read a moment before its results are there.
  if (!payload.data) return <Skeleton height={80} />;
  return <PayloadView value={payload.data.results} fileName={`result-${execution.id}`} maxHeight={RESULT_HEIGHT} />;
};

/** What it waits for, to be answered on the spot. */
const RunWaits = () => {
  const t = useTranslations('builder.run');
  const waits = useRunState((state) => state.waits);
  const nodes = useBuilderState((state) => state.view.nodes);
  if (waits.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('starting')}
      </Text>
    );
  return (
    <Stack gap="md">
      {waits.map((wait) => (
        <WaitCard
          key={wait.id}
          wait={wait}
          stepName={nodes.find((node) => node.id === wait.nodeId)?.name ?? wait.nodeId}
        />
      ))}
    </Stack>
  );
};

/** The text that running steps stream, newest last; else who is at work. */
const RunProgress = () => {
  const t = useTranslations('builder.run');
  const deltas = useRunState((state) => state.deltas);
  const running = useRunState((state) => Object.values(state.steps).filter((step) => step.status === 'running').length);
  const queued = useRunState((state) => state.execution?.status === 'queued');
  const names = useRunState((state) => state.steps);
  const streaming = Object.entries(deltas).filter(([id]) => names[id]?.status === 'running');
  if (streaming.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {running > 0 ? t('working', { count: running }) : queued ? t('waiting') : t('starting')}
      </Text>
    );
  return (
    <Stack gap="xs">
      {streaming.map(([id, text]) => (
        <div key={id}>
          <Text size="xs" fw={600} c="dimmed">
            {names[id]?.nodeName ?? id}
          </Text>
          <Text size="sm" className={classes.stream}>
            {text}
          </Text>
        </div>
      ))}
    </Stack>
  );
};

const Panel = ({ executionId }: { executionId: string }) => {
  const t = useTranslations('builder.run');
  const format = useFormat();
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const { runs, readOnly } = useBuilder();
  const [folded, setFolded] = useState(false);
  const execution = useRunState((state) => state.execution);
  const cancel = useMutation(trpc.executions.cancel.mutationOptions());
  const running = execution === null || !isFinished(execution.status);
  const cancelling = cancel.isPending || (running && execution?.cancelRequestedAt != null);
  return (
    <section className={classes.panel} aria-label={t('label')} data-folded={folded || undefined}>
      <Group className={classes.head} gap="sm" wrap="nowrap">
        <Text size="sm" fw={600} className={classes.title}>
          {t('title')}
        </Text>
        <div aria-live="polite">
          {execution ? <StatusBadge status={execution.status} size="sm" /> : <Skeleton width={80} height={20} />}
        </div>
        <Group gap="sm" className={classes.figures} wrap="nowrap">
          {execution?.executionTimeMs != null && <Text size="xs">{format.duration(execution.executionTimeMs)}</Text>}
          {execution && execution.inputTokens + execution.outputTokens > 0 && (
            <Text size="xs">
              {t('totalTokens', { count: format.tokens(execution.inputTokens + execution.outputTokens) })}
            </Text>
          )}
          {execution && !running && <Text size="xs">{format.cost(execution.totalCostUsd)}</Text>}
        </Group>
        <Group gap={4} ml="auto" wrap="nowrap">
          {running && !readOnly && (
            <Button
              size="compact-xs"
              variant="light"
              color="red"
              leftSection={<IconPlayerStop size={13} />}
              loading={cancelling}
              onClick={() => cancel.mutate({ workspace: slug, executionId })}
            >
              {t('cancel')}
            </Button>
          )}
          <Anchor
            component={Link}
            href={`/w/${slug}/executions/${executionId}`}
            size="xs"
            className={classes.link}
            aria-label={t('openLog')}
          >
            <span className={classes.linkText}>{t('openLog')}</span>
            <IconExternalLink size={13} aria-hidden />
          </Anchor>
          <Tooltip label={folded ? t('unfold') : t('fold')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={folded ? t('unfold') : t('fold')}
              aria-expanded={!folded}
              onClick={() => setFolded(!folded)}
            >
              {folded ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
            </ActionIcon>
          </Tooltip>
          <CloseButton size="sm" aria-label={t('dismiss')} onClick={() => runs.getState().follow(null)} />
        </Group>
      </Group>
      {!folded && execution && (
        <ScrollArea.Autosize mah="40dvh" className={classes.body} type="auto">
          <RunResult execution={execution} />
        </ScrollArea.Autosize>
      )}
    </section>
  );
};

/** The run that the canvas shows: state, figures, results or what went wrong. */
export const RunPanel = () => {
  const executionId = useRunState((state) => state.executionId);
  return executionId === null ? null : <Panel key={executionId} executionId={executionId} />;
};
