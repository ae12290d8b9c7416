'use client';

import { Drawer, Paper } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useTranslations } from 'next-intl';
import type { StepView } from '../execution-view.ts';
import classes from './step-aside.module.css';
import { StepPanel, type StepPanelProps } from './step-panel.tsx';

type StepAsideProps = Omit<StepPanelProps, 'step'> & { step: StepView | null };

/** The details of the selected step: beside the graph where there is room, else a drawer over the page. */
export const StepAside = ({ step, onClose, ...rest }: StepAsideProps) => {
  const t = useTranslations('executions.step');
  const wide = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false });
  const panel = step && <StepPanel key={step.nodeId} step={step} onClose={onClose} {...rest} />;
  if (wide) {
    return panel ? (
      <Paper withBorder className={classes.aside} component="aside" aria-label={t('label')}>
        {panel}
      </Paper>
    ) : null;
  }
  return (
    <Drawer
      opened={step !== null}
      onClose={onClose}
      position="bottom"
      size="88%"
      withCloseButton={false}
      padding={0}
      aria-label={t('label')}
    >
      {panel}
    </Drawer>
  );
};
