'use client';

import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { IconAlertTriangleFilled, IconBan, IconCoin, IconRefresh, IconShieldCheck } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useBuilderState } from '../state/builder-context.tsx';
import classes from './step-node.module.css';

const NodeProblems = ({ id }: { id: string }) => {
  const t = useTranslations('builder.canvas');
  const problems = useBuilderState((state) => state.problemsByNode[id]);
  if (!problems?.length) return null;
  const severity = problems.some((problem) => problem.severity === 'error') ? 'error' : 'warning';
  return (
    <span
      className={classes.problems}
      data-severity={severity}
      title={problems.map((problem) => problem.message).join('\n')}
    >
      <IconAlertTriangleFilled size={12} aria-hidden />
      <span className={classes.hidden}>{t('problems', { count: problems.length })}</span>
      <span aria-hidden>{problems.length}</span>
    </span>
  );
};

/** What is special about a node, at a glance: problems, switched off, tried again, its own budget. */
export const NodeMarks = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.canvas');
  return (
    <div className={classes.marks}>
      <NodeProblems id={step.id} />
      {step.disabled && <IconBan size={14} aria-label={t('disabled')} />}
      {(step.retry?.maxAttempts ?? 1) > 1 && <IconRefresh size={14} aria-label={t('retries')} />}
      {step.onError === 'continue' && <IconShieldCheck size={14} aria-label={t('continues')} />}
      {step.budget && <IconCoin size={14} aria-label={t('hasBudget')} />}
    </div>
  );
};
