'use client';

import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { emailSchema } from '../auth/password-rules.ts';
import { ROLES, type WorkspaceRole } from '../workspace/roles.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { SecretOnce } from './secret-once.tsx';
import { useSettingsFeedback } from './use-settings-feedback.ts';

export const InviteModal = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const t = useTranslations('settings.members');
  const common = useTranslations('common');
  const problems = useTranslations('auth.problems');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const feedback = useSettingsFeedback();
  const form = useForm<{ email: string; role: WorkspaceRole }>({
    initialValues: { email: '', role: 'editor' },
    validate: { email: (value) => (emailSchema.safeParse(value).success ? null : problems('email_invalid')) },
  });
  const invite = useMutation(
    trpc.settings.members.invite.mutationOptions({
      onSuccess: () => feedback.done(t('invited'), [trpc.settings.members.list.queryKey()]),
      onError: (error) => feedback.failed(error, { conflict: t('alreadyMember') }),
    }),
  );
  const close = () => {
    onClose();
    form.reset();
    invite.reset();
  };

  return (
    <Modal opened={opened} onClose={close} title={t('invite')} closeButtonProps={{ 'aria-label': common('close') }}>
      {invite.data ? (
        <Stack gap="md">
          <SecretOnce
            value={`${window.location.origin}/invite/${invite.data.token}`}
            label={t('linkFor', { email: invite.data.email })}
            warning={t('linkOnce')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common('close')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={form.onSubmit((values) => invite.mutate({ workspace: slug, ...values }))} noValidate>
          <Stack gap="md">
            <TextInput label={t('email')} type="email" required data-autofocus {...form.getInputProps('email')} />
            <Select
              label={t('role')}
              description={t(`roleTexts.${form.values.role}`)}
              data={ROLES.map((role) => ({ value: role, label: t(`roles.${role}`) }))}
              allowDeselect={false}
              {...form.getInputProps('role')}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {common('cancel')}
              </Button>
              <Button type="submit" loading={invite.isPending}>
                {t('makeLink')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
};
