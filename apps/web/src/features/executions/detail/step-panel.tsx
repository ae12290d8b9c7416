'use client';

import { Anchor, Badge, CloseButton, Group, Skeleton, Tabs, Text, Title } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { presentationOf } from '../../builder/node-presentation.tsx';
import { stepElapsedMs } from '../execution-times.ts';
import { type ExecutionDetail, isFinished, keyOfStep, type RoundCounts, type StepView } from '../execution-view.ts';
import type { ExecutionLive } from '../use-execution-live.ts';
import { useNow } from '../use-now.ts';
import { ExecutionErrorCard } from './execution-error-card.tsx';
import { LogLines } from './log-lines.tsx';
import { roundLabel } from './round-label.ts';
import { StepActions } from './step-actions.tsx';
import { StepFacts } from './step-facts.tsx';
import { StepInput } from './step-input.tsx';
import { StepOutput } from './step-output.tsx';
import classes from './step-panel.module.css';
import { StepRounds } from './step-rounds.tsx';
import { StepTools } from './step-tools.tsx';
import { toToolUses } from './tool-uses.ts';
import { useRound } from './use-rounds.ts';

const TABS = ['output', 'input', 'tools', 'error', 'log'] as const;
type Tab = (typeof TABS)[number];

export type StepPanelProps = {
  detail: ExecutionDetail;
  /** All runs of the node together. */
  step: StepView;
  steps: readonly StepView[];
  live: ExecutionLive;
  /** Of a node with several runs. */
  counts: RoundCounts | undefined;
  /** The run that is looked at; `null` is all of them. */
  iteration: string | null;
  onIteration: (iteration: string | null) => void;
  onClose: () => void;
};

/** One step; of a node with several runs their list, then one of them. */
export const StepPanel = (props: StepPanelProps) => {
  const { detail, step, counts, iteration, live, onIteration, onClose } = props;
  const t = useTranslations('executions');
  // While it runs, the first run of a container looks like the only one.
  const hasOne = counts?.total === 1 && live.execution !== null && isFinished(live.execution.status);
  const which = hasOne ? 'only' : counts && iteration !== null ? { iteration } : null;
  const round = useRound({ executionId: detail.id, nodeId: step.nodeId, live }, which);
  const shown = counts ? round : step;
  return (
    <>
      <StepHead {...props} step={shown ?? step} onClose={onClose} />
      {counts && !hasOne && iteration !== null && (
        <div className={classes.back}>
          <Anchor component="button" type="button" size="sm" onClick={() => onIteration(null)}>
            ← {t('step.allRounds')}
          </Anchor>
          <Text size="sm" fw={600} title={iteration}>
            {t('step.roundNumber', { number: roundLabel(iteration) })}
          </Text>
        </div>
      )}
      {counts && !hasOne && iteration === null ? (
        <>
          <Facts step={step} />
          <StepRounds executionId={detail.id} counts={counts} live={live} onSelect={onIteration} />
        </>
      ) : shown ? (
        <StepBody key={shown.iteration} {...props} step={shown} />
      ) : (
        <Skeleton height={240} m="md" />
      )}
    </>
  );
};

const Facts = ({ step }: { step: StepView }) => {
  const format = useFormat();
  const now = useNow(250, step.status === 'running');
  return <StepFacts step={step} took={format.duration(stepElapsedMs(step, now))} />;
};

const StepHead = ({ detail, step, onClose }: Pick<StepPanelProps, 'detail' | 'step' | 'onClose'>) => {
  const t = useTranslations('executions');
  const { icon: Icon } = presentationOf(step.nodeType);
  return (
    <header className={classes.head}>
      <Icon size={20} stroke={1.7} aria-hidden className={classes.icon} />
      <div className={classes.names}>
        <Title order={2} className={classes.title}>
          {step.nodeName}
        </Title>
        <Text size="xs" c="dimmed" ff="monospace">
          {step.nodeId}
        </Text>
      </div>
      <StatusBadge status={step.status} />
      <StepActions detail={detail} step={step} />
      <CloseButton onClick={onClose} aria-label={t('step.close')} />
    </header>
  );
};

const StepBody = ({ detail, step, steps, live }: StepPanelProps) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const [chosen, setChosen] = useState<Tab | null>(null);
  const tab: Tab = chosen ?? (step.status === 'failed' && step.error ? 'error' : 'output');
  const key = keyOfStep(step);
  const lines = live.events.filter((event) => event.nodeId === step.nodeId && event.iteration === step.iteration);
  const uses = toToolUses(lines);
  return (
    <>
      <Facts step={step} />
      <Tabs
        value={tab}
        onChange={(value) => setChosen(TABS.find((one) => one === value) ?? null)}
        keepMounted={false}
        className={classes.tabs}
      >
        <Tabs.List>
          <Tabs.Tab value="output">{t('step.output')}</Tabs.Tab>
          <Tabs.Tab value="input">{t('step.input')}</Tabs.Tab>
          {uses.length > 0 && (
            <Tabs.Tab value="tools">
              <Group gap={6} wrap="nowrap">
                {t('step.tools')}
                <Badge size="xs" variant="light" color="gray" circle={uses.length < 10}>
                  {format.integer(uses.length)}
                </Badge>
              </Group>
            </Tabs.Tab>
          )}
          {step.error && (
            <Tabs.Tab value="error" color="red">
              {t('step.error')}
            </Tabs.Tab>
          )}
          <Tabs.Tab value="log">
            <Group gap={6} wrap="nowrap">
              {t('step.log')}
              {lines.length > 0 && (
                <Badge size="xs" variant="light" color="gray" circle={lines.length < 10}>
                  {format.integer(lines.length)}
                </Badge>
              )}
            </Group>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="output" className={classes.panel}>
          <StepOutput executionId={detail.id} step={step} streamed={live.deltas[key]} />
        </Tabs.Panel>
        <Tabs.Panel value="input" className={classes.panel}>
          <StepInput executionId={detail.id} step={step} />
        </Tabs.Panel>
        {uses.length > 0 && (
          <Tabs.Panel value="tools" className={classes.panel}>
            <StepTools uses={uses} />
          </Tabs.Panel>
        )}
        {step.error && (
          <Tabs.Panel value="error" className={classes.panel}>
            <ExecutionErrorCard error={step.error} steps={steps} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="log" className={classes.panel}>
          <LogLines events={lines} follow={step.status === 'running'} maxHeight={420} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
};
