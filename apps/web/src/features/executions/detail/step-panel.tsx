'use client';

import { Badge, CloseButton, Group, Tabs, Text, Title } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { presentationOf } from '../../builder/node-presentation.tsx';
import { stepElapsedMs } from '../execution-times.ts';
import type { StepView } from '../execution-view.ts';
import type { ExecutionLive } from '../use-execution-live.ts';
import { useNow } from '../use-now.ts';
import { ExecutionErrorCard } from './execution-error-card.tsx';
import { LogLines } from './log-lines.tsx';
import { StepFacts } from './step-facts.tsx';
import { StepInput } from './step-input.tsx';
import { StepOutput } from './step-output.tsx';
import classes from './step-panel.module.css';

type Tab = 'output' | 'input' | 'error' | 'log';

type StepPanelProps = {
  executionId: string;
  step: StepView;
  steps: readonly StepView[];
  live: ExecutionLive;
  onClose: () => void;
};

export const StepPanel = ({ executionId, step, steps, live, onClose }: StepPanelProps) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const now = useNow(250, step.status === 'running');
  const [chosen, setChosen] = useState<Tab | null>(null);
  const tab: Tab = chosen ?? (step.status === 'failed' && step.error ? 'error' : 'output');
  const lines = live.events.filter((event) => event.nodeId === step.nodeId);
  const { icon: Icon } = presentationOf(step.nodeType);
  return (
    <>
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
        <CloseButton onClick={onClose} aria-label={t('step.close')} />
      </header>
      <StepFacts step={step} took={format.duration(stepElapsedMs(step, now))} />
      <Tabs
        value={tab}
        onChange={(value) =>
          setChosen((['output', 'input', 'error', 'log'] as const).find((one) => one === value) ?? null)
        }
        keepMounted={false}
        className={classes.tabs}
      >
        <Tabs.List>
          <Tabs.Tab value="output">{t('step.output')}</Tabs.Tab>
          <Tabs.Tab value="input">{t('step.input')}</Tabs.Tab>
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
          <StepOutput executionId={executionId} step={step} streamed={live.deltas[step.nodeId]} />
        </Tabs.Panel>
        <Tabs.Panel value="input" className={classes.panel}>
          <StepInput executionId={executionId} step={step} />
        </Tabs.Panel>
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
