'use client';

import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslations } from 'next-intl';

type TestAddressProps = {
  allowedHosts: string[];
  isPending: boolean;
  /** Of the last attempt. */
  problem: string | null;
  onTest: (url: string) => void;
  onClose: () => void;
};

/** Where to try a credential for web addresses: which address says something is not ours to guess. */
export const TestAddressModal = ({ allowedHosts, isPending, problem, onTest, onClose }: TestAddressProps) => {
  const t = useTranslations('credentials');
  const common = useTranslations('common');
  const exact = allowedHosts.find((host) => !host.startsWith('*.'));
  const form = useForm({ initialValues: { url: exact ? `https://${exact}/` : 'https://' } });
  return (
    <Modal opened onClose={onClose} title={t('testTitle')} closeButtonProps={{ 'aria-label': common('close') }}>
      <form onSubmit={form.onSubmit(({ url }) => onTest(url))} noValidate>
        <Stack gap="md">
          <TextInput
            label={t('testUrl')}
            description={t('testUrlText', { hosts: allowedHosts.join(', ') })}
            required
            data-autofocus
            {...form.getInputProps('url')}
            error={problem}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common('cancel')}
            </Button>
            <Button type="submit" loading={isPending}>
              {t('test')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
