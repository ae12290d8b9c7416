'use client';

import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { EXECUTION_ERRORS } from '@agentweaver/core/engine/execution-errors';
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { StepView } from '../execution-view.ts';
import classes from './execution-error-card.module.css';

type ExecutionErrorCardProps = {
  error: ExecutionErrorData;
  steps: readonly StepView[];
  /** Absent where the step is already what is looked at. */
  onShowStep?: (nodeId: string) => void;
};

/** What happened, where, and what to do about it. The words come from the code, the detail from the engine (English). */
export const ExecutionErrorCard = ({ error, steps, onShowStep }: ExecutionErrorCardProps) => {
  const t = useTranslations('executions');
  const step = steps.find(({ nodeId }) => nodeId === error.nodeId);
  const { nodeId } = error;
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={20} aria-hidden />}
      title={
        step
          ? t('error.at', { what: t(`error.${error.code}.what`), step: step.nodeName })
          : t(`error.${error.code}.what`)
      }
      role="alert"
    >
      <Stack gap={8}>
        <pre className={classes.message}>{error.message}</pre>
        <Text size="sm">
          <Text span fw={600}>
            {t('error.todo')}
          </Text>{' '}
          {t(`error.${error.code}.todo`)}
        </Text>
        {error.hint && (
          <Text size="sm" c="dimmed">
            {error.hint}
          </Text>
        )}
        <Group gap="xs">
          {onShowStep && nodeId && (
            <Button
              size="xs"
              variant="outline"
              color="red"
              rightSection={<IconArrowRight size={14} />}
              onClick={() => onShowStep(nodeId)}
            >
              {t('error.showStep')}
            </Button>
          )}
          <Text size="xs" c="dimmed">
            {t(`error.fault.${EXECUTION_ERRORS[error.code].fault}`)} · <code>{error.code}</code>
          </Text>
        </Group>
      </Stack>
    </Alert>
  );
};
