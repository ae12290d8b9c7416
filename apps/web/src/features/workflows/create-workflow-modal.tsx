'use client';

import { Alert, Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useWorkflowActions } from './use-workflow-actions.ts';
import { MAX_DESCRIPTION_LENGTH, MAX_NAME_LENGTH } from './workflow-summary.ts';

const Form = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('workflows');
  const errorText = useErrorText();
  const { slug } = useWorkspace();
  const { create } = useWorkflowActions();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') create.mutate({ workspace: slug, name: name.trim(), description: description.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          label={t('name')}
          placeholder={t('namePlaceholder')}
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
        {create.error && <Alert color="red">{errorText(create.error)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={create.isPending || create.isSuccess}>
            {t('create')}
          </Button>
        </Group>
      </Stack>
    </form>
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
