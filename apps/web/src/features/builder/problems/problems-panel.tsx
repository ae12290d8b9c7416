'use client';

import type { Problem } from '@agentweaver/core/definition/problem';
import { CloseButton, Group, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangleFilled, IconCircleCheck, IconInfoCircleFilled } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useGoToNode } from '../canvas/use-go-to-node.ts';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';
import { linksOf } from '../state/builder-store.ts';
import classes from './problems-panel.module.css';
import { useProblemText } from './use-problem-text.ts';

/** Everything that is wrong, at once; a click leads to the place. */
export const ProblemsPanel = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('builder.problems');
  const { store } = useBuilder();
  const problemText = useProblemText();
  const goToNode = useGoToNode();
  const problems = useBuilderState((state) => state.problems);
  const go = (problem: Problem) => {
    if (problem.field?.startsWith('settings.')) return store.getState().openSettings(problem.field);
    const edge = linksOf(store.getState()).find((one) => one.id === problem.edgeId);
    const nodeId = problem.nodeId ?? edge?.source;
    if (nodeId) goToNode(nodeId, problem.edgeId ? {} : { tab: 'settings', field: problem.field });
  };
  return (
    <section className={classes.panel} aria-label={t('label')}>
      <Group className={classes.head} justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          {t('title', { count: problems.length })}
        </Text>
        <CloseButton size="sm" aria-label={t('close')} onClick={onClose} />
      </Group>
      <ScrollArea.Autosize mah="30dvh" type="auto">
        {problems.length === 0 && (
          <Group gap="xs" className={classes.none}>
            <IconCircleCheck size={18} aria-hidden />
            <Text size="sm">{t('none')}</Text>
          </Group>
        )}
        <ul className={classes.list}>
          {problems.map((problem, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two problems may be alike in every part
            <li key={`${problem.code}:${problem.nodeId}:${problem.field}:${index}`}>
              <UnstyledButton className={classes.item} onClick={() => go(problem)}>
                {problem.severity === 'error' ? (
                  <IconAlertTriangleFilled size={15} className={classes.error} aria-label={t('error')} />
                ) : (
                  <IconInfoCircleFilled size={15} className={classes.warning} aria-label={t('warning')} />
                )}
                <span>{problemText.full(problem)}</span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      </ScrollArea.Autosize>
    </section>
  );
};
