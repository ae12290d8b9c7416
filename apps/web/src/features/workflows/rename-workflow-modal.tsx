'use client';

import { Alert, Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useWorkflowActions } from './use-workflow-actions.ts';
import { MAX_DESCRIPTION_LENGTH, MAX_NAME_LENGTH, type WorkflowSummary } from './workflow-summary.ts';

const Form = ({ workflow, onClose }: { workflow: WorkflowSummary; onClose: () => void }) => {
  const t = useTranslations('workflows');
  const errorText = useErrorText();
  const { slug } = useWorkspace();
  const { rename } = useWorkflowActions();
  const [name, setName] = useState(workflow.name);
  const [description, setDescription] = useState(workflow.description);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    rename.mutate(
      { workspace: slug, workflowId: workflow.id, name: name.trim(), description: description.trim() },
      { onSuccess: onClose },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          label={t('name')}
          required
          maxLength={MAX_NAME_LENGTH}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label={t('description')}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={MAX_DESCRIPTION_LENGTH}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {rename.error && <Alert color="red">{errorText(rename.error)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={rename.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
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
