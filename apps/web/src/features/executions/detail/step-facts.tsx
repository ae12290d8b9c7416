'use client';

import { useTranslations } from 'next-intl';
import { useFormat } from '../../../lib/use-format.ts';
import type { StepView } from '../execution-view.ts';
import { explainReason } from '../explain-reason.ts';
import { useModelName } from '../use-model-name.ts';
import classes from './step-facts.module.css';

/** Time, processor, memory, attempts, tokens and dollars of one step, and the reason for each choice the system made. */
export const StepFacts = ({ step, took }: { step: StepView; took: string }) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const modelName = useModelName();
  const facts: [string, string][] = [[t('column.duration'), took]];
  if (step.startedAt) facts.push([t('column.started'), format.dateTime(step.startedAt)]);
  if (step.cpuMs !== null) facts.push([t('step.cpu'), format.duration(step.cpuMs)]);
  if (step.memoryPeakKib !== null) {
    facts.push([t('step.memoryPeak'), t('step.mebibytes', { value: format.integer(step.memoryPeakKib / 1024) })]);
  }
  if (step.attempts > 1) facts.push([t('step.attempts'), format.integer(step.attempts)]);
  if (step.inputTokens + step.outputTokens > 0) {
    facts.push([
      t('column.tokens'),
      t('facts.inOut', { in: format.tokens(step.inputTokens), out: format.tokens(step.outputTokens) }),
    ]);
    facts.push([t('column.cost'), format.cost(step.costUsd)]);
  }
  if (step.model) facts.push([t('step.model'), modelName(step.model)]);
  if (step.ports.length > 0 && step.ports.join() !== 'out') facts.push([t('step.path'), step.ports.join(', ')]);
  if (step.cached) facts.push([t('step.origin'), t('step.cached')]);
  if (step.edited) facts.push([t('step.origin'), t('step.edited')]);
  else if (step.reusedFromId) facts.push([t('step.origin'), t('step.reused')]);
  if (step.reason) facts.push([t('step.reason'), explainReason(step.reason, t)]);
  return (
    <dl className={classes.facts}>
      {facts.map(([label, value]) => (
        <div key={label} className={classes.fact}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};
