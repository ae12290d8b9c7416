'use client';

import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useTRPC } from '../../trpc/client.tsx';

/** What can be done with triggers from their lists; a failure is told, and the list is read anew. */
export const useTriggerActions = () => {
  const t = useTranslations('triggers');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries(trpc.triggers.pathFilter());
  const onError = (error: unknown) => {
    notifications.show({ color: 'red', message: errorText(error), autoClose: 8_000 });
    return refresh();
  };
  const told = (message: string) => () => {
    notifications.show({ color: 'thread', message });
    return refresh();
  };
  return {
    refresh,
    updateSchedule: useMutation(
      trpc.triggers.schedules.update.mutationOptions({ onSuccess: told(t('schedule.changed')), onError }),
    ),
    removeSchedule: useMutation(
      trpc.triggers.schedules.remove.mutationOptions({ onSuccess: told(t('schedule.removed')), onError }),
    ),
    updateWebhook: useMutation(
      trpc.triggers.webhooks.update.mutationOptions({ onSuccess: told(t('webhook.changed')), onError }),
    ),
    rotateSecret: useMutation(trpc.triggers.webhooks.rotateSecret.mutationOptions({ onSuccess: refresh, onError })),
    removeWebhook: useMutation(
      trpc.triggers.webhooks.remove.mutationOptions({ onSuccess: told(t('webhook.removed')), onError }),
    ),
  };
};
