'use client';

import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useErrorText } from '../../lib/use-error-text.ts';

/**
 * What every change in the settings does around itself: reload the lists it touched, say that it worked,
 * and say why it did not.
 */
export const useSettingsFeedback = (): {
  done: (message: string, queryKeys: readonly (readonly unknown[])[]) => Promise<void>;
  failed: (error: unknown, texts?: Record<string, string>) => void;
} => {
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  return {
    done: async (message, queryKeys) => {
      notifications.show({ message, color: 'thread' });
      await Promise.all(queryKeys.map((queryKey) => queryClient.invalidateQueries({ queryKey: [...queryKey] })));
    },
    failed: (error, texts) => notifications.show({ message: errorText(error, texts), color: 'red', autoClose: 8_000 }),
  };
};
