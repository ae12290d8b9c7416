'use client';

import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { IconLink, IconPencil, IconPlugConnected, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { publicErrorOf } from '../../trpc/public-error.ts';
import { useSettingsFeedback } from '../settings/use-settings-feedback.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import type { CredentialRow } from './credential-form.ts';
import { CredentialUsage } from './remove-credential.tsx';
import { TestAddressModal } from './test-address-modal.tsx';
import { useConnect } from './use-connect.ts';

const NEEDS_ADDRESS = new Set(['api_key', 'bearer', 'basic']);

/** For owners: connect or test, change, remove. */
export const CredentialActions = ({ credential, onChange }: { credential: CredentialRow; onChange: () => void }) => {
  const t = useTranslations('credentials');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const { id, name, kind, allowedHosts } = credential;
  const feedback = useSettingsFeedback();
  const [asks, { open: ask, close }] = useDisclosure(false);
  const { connect, isPending: connecting } = useConnect(id);
  const lists = [trpc.credentials.list.queryKey(), trpc.credentials.names.queryKey()];
  const test = useMutation(
    trpc.credentials.test.mutationOptions({
      onSuccess: async ({ error, status }) => {
        close();
        const passed = status === undefined ? t('testPassed') : t('testAnswered', { status });
        await feedback.done(error === null ? passed : t('testFailed'), lists);
      },
      onError: (error) => {
        if (!asks) feedback.failed(error);
      },
    }),
  );
  const remove = useMutation(
    trpc.credentials.remove.mutationOptions({
      onSuccess: () => feedback.done(t('removed'), lists),
      onError: (error) => feedback.failed(error),
    }),
  );
  const confirm = () =>
    modals.openConfirmModal({
      title: t('removeTitle', { name }),
      children: <CredentialUsage slug={slug} id={id} />,
      labels: { confirm: common('remove'), cancel: common('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ workspace: slug, id }),
    });
  const problem = test.error ? (publicErrorOf(test.error)?.message ?? t('testFailed')) : null;

  return (
    <Group gap="xs">
      {kind === 'oauth2_authorization_code' ? (
        <Button
          size="xs"
          variant={credential.connectedAt ? 'default' : 'filled'}
          leftSection={<IconLink size={15} aria-hidden />}
          loading={connecting}
          onClick={connect}
        >
          {credential.connectedAt ? t('reconnect') : t('connect')}
        </Button>
      ) : (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlugConnected size={15} aria-hidden />}
          loading={test.isPending}
          onClick={NEEDS_ADDRESS.has(kind) ? ask : () => test.mutate({ workspace: slug, id })}
        >
          {t('test')}
        </Button>
      )}
      <Tooltip label={t('change')}>
        <ActionIcon variant="subtle" aria-label={t('changeTitle', { name })} onClick={onChange}>
          <IconPencil size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={common('remove')}>
        <ActionIcon variant="subtle" color="red" aria-label={t('removeTitle', { name })} onClick={confirm}>
          <IconTrash size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      {asks ? (
        <TestAddressModal
          allowedHosts={allowedHosts}
          isPending={test.isPending}
          problem={problem}
          onTest={(url) => test.mutate({ workspace: slug, id, url })}
          onClose={() => {
            close();
            test.reset();
          }}
        />
      ) : null}
    </Group>
  );
};
