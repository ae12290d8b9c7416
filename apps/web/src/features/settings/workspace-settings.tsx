'use client';

import { Button, Group, NumberInput, Skeleton, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { ErrorState } from '../../components/state-views.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { isHostPattern, MAX_ALLOWED_HOSTS } from './host-pattern.ts';
import { PlanLimits } from './plan-limits.tsx';
import { Section } from './section.tsx';
import { useSettingsFeedback } from './use-settings-feedback.ts';

type WorkspaceValues = { name: string; allowedHosts: string[]; maxCostPerDayUsd: number | null };

export const WorkspaceSettings = () => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const query = useQuery(trpc.settings.workspace.get.queryOptions({ workspace: slug }));
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={320} radius="md" />;
  const { name, allowedHosts, maxCostPerDayUsd, spentToday, ...plan } = query.data;
  return (
    <Stack gap="lg">
      <WorkspaceForm initial={{ name, allowedHosts, maxCostPerDayUsd }} spentToday={spentToday} />
      <PlanLimits plan={plan} />
    </Stack>
  );
};

const WorkspaceForm = ({ initial, spentToday }: { initial: WorkspaceValues; spentToday: number }) => {
  const format = useFormat();
  const t = useTranslations('settings.workspace');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const router = useRouter();
  const { slug, isOwner } = useWorkspace();
  const feedback = useSettingsFeedback();
  const form = useForm<WorkspaceValues>({
    initialValues: initial,
    validate: {
      name: (value) => (value.trim() === '' ? t('nameMissing') : null),
      allowedHosts: (hosts) => {
        const bad = hosts.find((host) => !isHostPattern(host));
        return bad ? t('badHost', { host: bad }) : null;
      },
    },
  });
  const update = useMutation(
    trpc.settings.workspace.update.mutationOptions({
      onSuccess: async (saved) => {
        form.setInitialValues(saved);
        form.setValues(saved);
        form.resetDirty(saved);
        await feedback.done(common('saved'), [trpc.settings.workspace.get.queryKey()]);
        router.refresh();
      },
      onError: (error) => feedback.failed(error),
    }),
  );

  return (
    <Section title={t('title')}>
      <form onSubmit={form.onSubmit((values) => update.mutate({ workspace: slug, ...values }))} noValidate>
        <Stack gap="md">
          <TextInput label={t('name')} maxLength={60} required disabled={!isOwner} {...form.getInputProps('name')} />
          <TextInput
            label={t('address')}
            value={`/w/${slug}`}
            readOnly
            variant="filled"
            description={t('addressText')}
          />
          <TagsInput
            label={t('allowedHosts')}
            description={t('allowedHostsText')}
            placeholder={form.values.allowedHosts.length === 0 ? t('allowedHostsPlaceholder') : undefined}
            maxTags={MAX_ALLOWED_HOSTS}
            splitChars={[',', ' ']}
            disabled={!isOwner}
            {...form.getInputProps('allowedHosts')}
          />
          <NumberInput
            label={t('dayBudget')}
            description={t('dayBudgetText', { spent: format.cost(spentToday) })}
            placeholder={t('dayBudgetPlaceholder')}
            prefix="$"
            min={0}
            max={100_000}
            decimalScale={2}
            styles={{ wrapper: { maxWidth: 260 } }}
            disabled={!isOwner}
            {...form.getInputProps('maxCostPerDayUsd')}
            value={form.values.maxCostPerDayUsd ?? ''}
            onChange={(value) => form.setFieldValue('maxCostPerDayUsd', value === '' ? null : Number(value))}
          />
          {isOwner ? (
            <Group>
              <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
                {common('save')}
              </Button>
            </Group>
          ) : (
            <Text size="sm" c="dimmed">
              {t('ownersOnly')}
            </Text>
          )}
        </Stack>
      </form>
    </Section>
  );
};
