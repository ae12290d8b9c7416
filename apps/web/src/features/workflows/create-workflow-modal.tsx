'use client';

import { Modal } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useWorkflowActions } from './use-workflow-actions.ts';
import { WorkflowDetailsForm } from './workflow-details-form.tsx';

const Form = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('workflows');
  const { slug } = useWorkspace();
  const { create } = useWorkflowActions();
  return (
    <WorkflowDetailsForm
      initial={{ name: '', description: '' }}
      namePlaceholder={t('namePlaceholder')}
      submitLabel={t('create')}
      loading={create.isPending || create.isSuccess}
      error={create.error}
      onSubmit={(details) => create.mutate({ workspace: slug, ...details })}
      onClose={onClose}
    />
  );
};

export const CreateWorkflowModal = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const t = useTranslations('workflows');
  return (
    <Modal opened={opened} onClose={onClose} title={t('createTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Form onClose={onClose} />
    </Modal>
  );
};
