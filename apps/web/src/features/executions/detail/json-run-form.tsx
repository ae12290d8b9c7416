'use client';

import { Button, Group, JsonInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { RefusalAlert } from '../../../components/refusal-alert.tsx';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { parseJsonText } from './parse-json-text.ts';

type JsonRunFormProps = {
  /** What the text starts from. */
  value: unknown;
  words: { text: string; label: string; invalidJson: string; cancel: string; run: string };
  /** The attempt to run it. */
  attempt: { isPending: boolean; isError: boolean; error: unknown };
  onRun: (edited: { value: unknown }) => void;
  onClose: () => void;
};

/** A JSON value to change, and to run something on; what is wrong with it stands below. */
export const JsonRunForm = ({ value, words, attempt, onRun, onClose }: JsonRunFormProps) => {
  const errorText = useErrorText();
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const parsed = parseJsonText(text);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.text}
      </Text>
      <JsonInput
        label={words.label}
        value={text}
        onChange={setText}
        error={parsed ? undefined : words.invalidJson}
        autosize
        minRows={8}
        maxRows={20}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        data-autofocus
      />
      {attempt.isError && <RefusalAlert error={attempt.error} text={errorText(attempt.error)} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {words.cancel}
        </Button>
        <Button disabled={!parsed} loading={attempt.isPending} onClick={() => parsed && onRun(parsed)}>
          {words.run}
        </Button>
      </Group>
    </Stack>
  );
};
