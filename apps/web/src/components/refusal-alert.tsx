'use client';

import { Alert, List } from '@mantine/core';
import { publicErrorOf } from '../trpc/public-error.ts';

/** Why a request was refused, in `text`, and below it each field that is wrong. */
export const RefusalAlert = ({ error, text }: { error: unknown; text: string }) => {
  const problems = publicErrorOf(error)?.problems ?? [];
  return (
    <Alert color="red" role="alert">
      {text}
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
  );
};
