'use client';

import type { InputField } from '@agentweaver/core/nodes/input/definition';
import {
  Alert,
  Button,
  Group,
  JsonInput,
  Modal,
  NumberInput,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { useBuilder } from '../state/builder-context.tsx';
import { stepsOf } from '../state/builder-store.ts';
import { type InputDraft, type InputProblem, inputFieldsOf, parseDraft, startDraft } from './input-fields.ts';
import { readLastInput } from './last-input.ts';

type FieldProps = {
  field: InputField;
  value: string | boolean;
  error?: string;
  onChange: (value: string | boolean) => void;
};

const RunField = ({ field, value, error, onChange }: FieldProps) => {
  const label = field.label || field.name;
  if (typeof value === 'boolean') {
    return (
      <Switch label={label} checked={value} error={error} onChange={(event) => onChange(event.currentTarget.checked)} />
    );
  }
  const common = { label, error, required: field.required, value };
  switch (field.type) {
    case 'long_text':
      return (
        <Textarea
          {...common}
          autosize
          minRows={4}
          maxRows={14}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'number':
      return <NumberInput {...common} onChange={(next) => onChange(String(next))} />;
    case 'json':
      return <JsonInput {...common} autosize minRows={4} maxRows={14} formatOnBlur onChange={onChange} />;
    default:
      return <TextInput {...common} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
};

type RunFormProps = { onStart: (input: unknown) => void; starting: boolean; failure?: string };

const Form = ({ onStart, starting, failure }: RunFormProps) => {
  const t = useTranslations('builder.run');
  const { store, workflowId } = useBuilder();
  const [fields] = useState(() => inputFieldsOf(stepsOf(store.getState())));
  const [draft, setDraft] = useState<InputDraft>(() => startDraft(fields, readLastInput(workflowId)));
  const [anyJson, setAnyJson] = useState(() => JSON.stringify(readLastInput(workflowId) ?? {}, null, 2));
  const [problems, setProblems] = useState<Record<string, InputProblem>>({});
  const [jsonError, setJsonError] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fields.length === 0) {
      try {
        onStart(JSON.parse(anyJson));
      } catch {
        setJsonError(true);
      }
      return;
    }
    const parsed = parseDraft(fields, draft);
    setProblems(parsed.problems);
    if (Object.keys(parsed.problems).length === 0) onStart(parsed.input);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {fields.length === 0 && (
          <JsonInput
            label={t('inputJson')}
            description={t('inputJsonHelp')}
            value={anyJson}
            onChange={setAnyJson}
            error={jsonError ? t('problems.not_json') : undefined}
            autosize
            minRows={6}
            maxRows={16}
            formatOnBlur
            data-autofocus
          />
        )}
        {fields.map((field) => {
          const problem = problems[field.name];
          return (
            <RunField
              key={field.name}
              field={field}
              value={draft[field.name] ?? ''}
              error={problem ? t(`problems.${problem}`) : undefined}
              onChange={(value) => setDraft((before) => ({ ...before, [field.name]: value }))}
            />
          );
        })}
        {failure && <Alert color="red">{failure}</Alert>}
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            {t('draftNote')}
          </Text>
          <Button type="submit" loading={starting} leftSection={<IconPlayerPlay size={16} />}>
            {t('start')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** Asks for what the input node declares; the last run's values are there already. */
export const RunFormModal = ({ opened, onClose, ...form }: RunFormProps & { opened: boolean; onClose: () => void }) => {
  const t = useTranslations('builder.run');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('formTitle')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Form {...form} />
    </Modal>
  );
};
