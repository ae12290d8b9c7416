'use client';

import { Paper, Text, Title, UnstyledButton } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { StatusIcon } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { presentationOf } from '../../builder/node-presentation.tsx';
import { stepElapsedMs } from '../execution-times.ts';
import { type ExecutionHead, isFinished, type StepView } from '../execution-view.ts';
import { explainReason } from '../explain-reason.ts';
import { useModelName } from '../use-model-name.ts';
import { useNow } from '../use-now.ts';
import classes from './step-timeline.module.css';

type StepTimelineProps = {
  head: ExecutionHead;
  steps: readonly StepView[];
  selected: string | null;
  onSelect: (nodeId: string) => void;
};

const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** The steps as a waterfall: when each began and how long it took, against the whole. */
export const StepTimeline = ({ head, steps, selected, onSelect }: StepTimelineProps) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const modelName = useModelName();
  const running = head.startedAt !== null && !isFinished(head.status);
  const now = useNow(250, running);
  const begins = steps.flatMap(({ startedAt }) => (startedAt ? [startedAt.getTime()] : []));
  const from = Math.min(...begins, head.startedAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const ends = steps.map((step) => (step.startedAt ? step.startedAt.getTime() + (stepElapsedMs(step, now) ?? 0) : 0));
  const until = Math.max(...ends, running ? now.getTime() : 0, from + 1);
  const span = Number.isFinite(from) ? until - from : 1;

  return (
    <Paper withBorder className={classes.timeline} component="section" aria-labelledby="execution-steps">
      <div className={classes.head}>
        <Title order={2} id="execution-steps">
          {t('timeline.title')}
        </Title>
        <div className={classes.scale} aria-hidden>
          {Number.isFinite(from) &&
            TICKS.map((tick) => (
              <span key={tick} style={{ left: `${tick * 100}%` }} data-tick={tick}>
                {format.duration(tick * span)}
              </span>
            ))}
        </div>
      </div>
      <ol className={classes.rows}>
        {steps.map((step) => {
          const { icon: Icon } = presentationOf(step.nodeType);
          const took = stepElapsedMs(step, now);
          const left = step.startedAt ? ((step.startedAt.getTime() - from) / span) * 100 : 0;
          const width = step.startedAt ? ((took ?? 0) / span) * 100 : 0;
          const note = [step.model && modelName(step.model), step.reason && explainReason(step.reason, t)]
            .filter(Boolean)
            .join(' · ');
          return (
            <li key={step.nodeId}>
              <UnstyledButton
                className={classes.row}
                data-selected={step.nodeId === selected || undefined}
                data-status={step.status}
                aria-current={step.nodeId === selected ? 'true' : undefined}
                onClick={() => onSelect(step.nodeId)}
              >
                <span className={classes.name}>
                  <StatusIcon status={step.status} size={16} label={t(`status.${step.status}`)} />
                  <Icon size={15} className={classes.type} aria-hidden />
                  <span className={classes.words}>
                    <Text size="sm" fw={500} truncate component="span" className={classes.title}>
                      {step.nodeName}
                      {step.attempts > 1 && (
                        <span className={classes.attempts}>{t('timeline.attempts', { count: step.attempts })}</span>
                      )}
                    </Text>
                    {note && (
                      <Text size="xs" c="dimmed" truncate component="span" title={note} className={classes.note}>
                        {note}
                      </Text>
                    )}
                  </span>
                </span>
                <span className={classes.track} aria-hidden>
                  {step.startedAt && (
                    <span className={classes.bar} style={{ left: `${left}%`, width: `max(3px, ${width}%)` }} />
                  )}
                </span>
                <span className={classes.figure}>{format.duration(took)}</span>
                <span className={classes.figure}>
                  {step.inputTokens + step.outputTokens > 0 ? format.cost(step.costUsd) : ''}
                </span>
              </UnstyledButton>
            </li>
          );
        })}
      </ol>
    </Paper>
  );
};
