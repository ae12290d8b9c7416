'use client';

import { Alert, Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { useErrorText } from '../../lib/use-error-text.ts';
import { MAX_DESCRIPTION_LENGTH, MAX_NAME_LENGTH } from './workflow-summary.ts';

type WorkflowDetails = { name: string; description: string };

type WorkflowDetailsFormProps = {
  initial: WorkflowDetails;
  namePlaceholder?: string;
  submitLabel: string;
  loading: boolean;
  /** Of the last attempt. */
  error: object | null;
  /** Gets both trimmed; the name is never empty. */
  onSubmit: (details: WorkflowDetails) => void;
  onClose: () => void;
};

/** Name and description of a workflow, for a new one and for one that is there. */
export const WorkflowDetailsForm = ({
  initial,
  namePlaceholder,
  submitLabel,
  loading,
  error,
  onSubmit,
  onClose,
}: WorkflowDetailsFormProps) => {
  const t = useTranslations('workflows');
  const errorText = useErrorText();
  const [name, setName] = useState(initial.name);
  const [description, setDescription] = useState(initial.description);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') onSubmit({ name: name.trim(), description: description.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          label={t('name')}
          placeholder={namePlaceholder}
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
        {error && <Alert color="red">{errorText(error)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={loading}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
