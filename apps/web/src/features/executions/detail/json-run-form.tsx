'use client';

import { Alert, Button, Group, JsonInput, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { publicErrorOf } from '../../../trpc/public-error.ts';
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
  const problems = publicErrorOf(attempt.error)?.problems ?? [];
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
      {attempt.isError && (
        <Alert color="red" role="alert">
          {errorText(attempt.error)}
          {problems.length > 0 && (
            <List size="sm" mt={4}>
              {problems.map(({ field, message }) => (
                <List.Item key={field + message}>
                  <code>{field}</code>: {message}
                </List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
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
