'use client';

import { Alert, Button, FileInput, Group, List, Modal, Stack, TextInput } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useErrorText } from '../../lib/use-error-text.ts';
import { publicErrorOf } from '../../trpc/public-error.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useWorkflowActions } from './use-workflow-actions.ts';
import { MAX_IMPORT_BYTES, readWorkflowFile, type WorkflowFile } from './workflow-file.ts';
import { MAX_NAME_LENGTH } from './workflow-summary.ts';

const Form = ({ onClose }: { onClose: () => void }) => {
  const t = useTranslations('workflows');
  const errorText = useErrorText();
  const { slug } = useWorkspace();
  const { importFile } = useWorkflowActions();
  const [chosen, setChosen] = useState<File | null>(null);
  const [file, setFile] = useState<WorkflowFile | null>(null);
  const [unreadable, setUnreadable] = useState<string>();

  const choose = async (next: File | null) => {
    setChosen(next);
    setFile(null);
    setUnreadable(undefined);
    importFile.reset();
    if (!next) return;
    if (next.size > MAX_IMPORT_BYTES) return setUnreadable(t('importTooLarge'));
    const read = readWorkflowFile(await next.text(), next.name);
    if (read) setFile({ ...read, name: read.name.slice(0, MAX_NAME_LENGTH) });
    else setUnreadable(t('importNotJson'));
  };
  const failure = importFile.error ? publicErrorOf(importFile.error) : undefined;
  return (
    <Stack gap="md">
      <FileInput
        label={t('importFile')}
        description={t('importHelp')}
        placeholder={t('importChoose')}
        accept="application/json,.json"
        leftSection={<IconFileImport size={16} />}
        value={chosen}
        error={unreadable}
        onChange={(next) => void choose(next)}
        clearable
      />
      {file && (
        <TextInput
          label={t('name')}
          required
          maxLength={MAX_NAME_LENGTH}
          value={file.name}
          onChange={(event) => setFile({ ...file, name: event.currentTarget.value })}
        />
      )}
      {importFile.error && (
        <Alert color="red" title={errorText(importFile.error, { invalid_workflow: t('importInvalid') })}>
          {failure && failure.problems.length > 0 && (
            <List size="sm">
              {failure.problems.slice(0, 10).map((problem) => (
                <List.Item key={`${problem.field}${problem.message}`}>{problem.message}</List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button
          disabled={!file || file.name.trim() === ''}
          loading={importFile.isPending || importFile.isSuccess}
          onClick={() => file && importFile.mutate({ workspace: slug, ...file, name: file.name.trim() })}
        >
          {t('import')}
        </Button>
      </Group>
    </Stack>
  );
};

export const ImportWorkflowModal = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const t = useTranslations('workflows');
  return (
    <Modal opened={opened} onClose={onClose} title={t('importTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Form onClose={onClose} />
    </Modal>
  );
};
