'use client';

import { Alert, Button, Group, JsonInput, Menu, Modal, Stack, Text } from '@mantine/core';
import { IconChevronDown, IconClock, IconPlayerPlay } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { useBuilder } from '../state/builder-context.tsx';
import { stepsOf } from '../state/builder-store.ts';
import { type InputDraft, type InputProblem, inputFieldsOf, parseDraft, startDraft } from './input-fields.ts';
import { readLastInput } from './last-input.ts';
import { RunField } from './run-field.tsx';
import { nextHour, StartTime, startTimeOf } from './start-time.tsx';

type RunFormProps = {
  /** At once without `startAfter`. */
  onStart: (start: { input: unknown; startAfter?: Date }) => void;
  starting: boolean;
  failure?: string;
};

const Form = ({ onStart, starting, failure }: RunFormProps) => {
  const t = useTranslations('builder.run');
  const { store, workflowId } = useBuilder();
  const [fields] = useState(() => inputFieldsOf(stepsOf(store.getState())));
  const [draft, setDraft] = useState<InputDraft>(() => startDraft(fields, readLastInput(workflowId)));
  const [anyJson, setAnyJson] = useState(() => JSON.stringify(readLastInput(workflowId) ?? {}, null, 2));
  const [problems, setProblems] = useState<Record<string, InputProblem>>({});
  const [jsonError, setJsonError] = useState(false);
  const later = useTranslations('triggers.later');
  // Local time as its field has it; null: at once.
  const [startTime, setStartTime] = useState<string | null>(null);
  const [timeError, setTimeError] = useState(false);

  const start = (input: unknown) => {
    if (startTime === null) return onStart({ input });
    const startAfter = startTimeOf(startTime, new Date());
    if (startAfter) onStart({ input, startAfter });
    else setTimeError(true);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fields.length === 0) {
      let input: unknown;
      try {
        input = JSON.parse(anyJson);
      } catch {
        return setJsonError(true);
      }
      return start(input);
    }
    const parsed = parseDraft(fields, draft);
    setProblems(parsed.problems);
    if (Object.keys(parsed.problems).length === 0) start(parsed.input);
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
        {startTime !== null && (
          <StartTime
            value={startTime}
            error={timeError}
            onChange={(value) => {
              setStartTime(value);
              setTimeError(false);
            }}
          />
        )}
        {failure && <Alert color="red">{failure}</Alert>}
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            {t('draftNote')}
          </Text>
          {startTime === null ? (
            <Button.Group>
              <Button type="submit" loading={starting} leftSection={<IconPlayerPlay size={16} />}>
                {t('start')}
              </Button>
              <Menu position="bottom-end" withinPortal>
                <Menu.Target>
                  <Button px={8} aria-label={later('title')}>
                    <IconChevronDown size={16} />
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item leftSection={<IconClock size={16} />} onClick={() => setStartTime(nextHour(new Date()))}>
                    {later('open')}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </Button.Group>
          ) : (
            <Group gap="xs">
              <Button variant="default" onClick={() => setStartTime(null)}>
                {later('now')}
              </Button>
              <Button type="submit" loading={starting} leftSection={<IconClock size={16} />}>
                {later('start')}
              </Button>
            </Group>
          )}
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
