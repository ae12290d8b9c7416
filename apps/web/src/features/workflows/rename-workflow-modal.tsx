'use client';

import { Modal } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useWorkflowActions } from './use-workflow-actions.ts';
import { WorkflowDetailsForm } from './workflow-details-form.tsx';
import type { WorkflowSummary } from './workflow-summary.ts';

const Form = ({ workflow, onClose }: { workflow: WorkflowSummary; onClose: () => void }) => {
  const t = useTranslations('workflows');
  const { slug } = useWorkspace();
  const { rename } = useWorkflowActions();
  return (
    <WorkflowDetailsForm
      initial={workflow}
      submitLabel={t('save')}
      loading={rename.isPending}
      error={rename.error}
      onSubmit={(details) =>
        rename.mutate({ workspace: slug, workflowId: workflow.id, ...details }, { onSuccess: onClose })
      }
      onClose={onClose}
    />
  );
};

type RenameWorkflowModalProps = { workflow: WorkflowSummary; opened: boolean; onClose: () => void };

export const RenameWorkflowModal = ({ workflow, opened, onClose }: RenameWorkflowModalProps) => {
  const t = useTranslations('workflows');
  return (
    <Modal opened={opened} onClose={onClose} title={t('renameTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Form workflow={workflow} onClose={onClose} />
    </Modal>
  );
};
