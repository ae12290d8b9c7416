'use client';

import { Alert, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useWorkflowActions } from './use-workflow-actions.ts';
import type { WorkflowSummary } from './workflow-summary.ts';

type DeleteWorkflowModalProps = { workflow: WorkflowSummary; opened: boolean; onClose: () => void };

/** Says what goes before it goes. */
export const DeleteWorkflowModal = ({ workflow, opened, onClose }: DeleteWorkflowModalProps) => {
  const t = useTranslations('workflows');
  const errorText = useErrorText();
  const { slug } = useWorkspace();
  const { remove } = useWorkflowActions();
  return (
    <Modal opened={opened} onClose={onClose} title={t('deleteTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="md">
        <Text size="sm">{t('deleteText', { name: workflow.name })}</Text>
        <List size="sm">
          <List.Item>{t('deleteDraft')}</List.Item>
          {workflow.versions > 0 && <List.Item>{t('deleteVersions', { count: workflow.versions })}</List.Item>}
          {workflow.triggers > 0 && <List.Item>{t('deleteTriggers', { count: workflow.triggers })}</List.Item>}
          {workflow.executions > 0 && <List.Item>{t('deleteExecutions', { count: workflow.executions })}</List.Item>}
        </List>
        <Text size="sm" c="dimmed">
          {t('deleteFinal')}
        </Text>
        {remove.error && <Alert color="red">{errorText(remove.error)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('cancel')}
          </Button>
          <Button
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate({ workspace: slug, workflowId: workflow.id }, { onSuccess: onClose })}
          >
            {t('deleteConfirm')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
