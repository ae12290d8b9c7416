'use client';

import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { z } from 'zod';
import { useWorkspace } from '../workspace/use-workspace.ts';

const answerSchema = z.object({ url: z.url({ protocol: /^https?$/ }) });

/** Leaves for the provider, where the person grants access; the provider brings them back to this page. */
export const useConnect = (id: string): { connect: () => void; isPending: boolean } => {
  const t = useTranslations('credentials');
  const { slug } = useWorkspace();
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      const response = await fetch('/api/oauth/connect', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ workspace: slug, id }),
      });
      if (!response.ok) throw new Error(`refused with ${response.status}`);
      return answerSchema.parse(await response.json()).url;
    },
    onSuccess: (url) => window.location.assign(url),
    onError: () => notifications.show({ message: t('connectFailed'), color: 'red' }),
  });
  return { connect: () => mutate(), isPending };
};
