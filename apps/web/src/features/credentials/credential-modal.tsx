'use client';

import { CREDENTIAL_KINDS, type CredentialKind } from '@agentweaver/core/credentials/credential';
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { publicErrorOf } from '../../trpc/public-error.ts';
import { useSettingsFeedback } from '../settings/use-settings-feedback.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { CredentialFields } from './credential-fields.tsx';
import { type CredentialRow, type CredentialValues, initialValues, placeOfProblem } from './credential-form.ts';

type ModalProps = {
  /** Changed; absent: a new one is made. */
  credential?: CredentialRow;
  redirectUri: string;
  onClose: () => void;
};

/** Mounted while it is open, so that a typed secret leaves memory with it. */
export const CredentialModal = ({ credential, redirectUri, onClose }: ModalProps) => {
  const t = useTranslations('credentials');
  const common = useTranslations('common');
  const { slug } = useWorkspace();
  const trpc = useTRPC();
  const feedback = useSettingsFeedback();
  const form = useForm<CredentialValues>({
    initialValues: initialValues(credential),
    validate: { name: (name) => (name.trim() ? null : t('problems.name')) },
  });
  const lists = [trpc.credentials.list.queryKey(), trpc.credentials.names.queryKey()];
  const outcome = {
    onSuccess: async () => {
      onClose();
      await feedback.done(credential ? t('changed') : t('added'), lists);
    },
    onError: (error: unknown) => {
      const problems = publicErrorOf(error)?.problems ?? [];
      for (const problem of problems) {
        const { field, text } = placeOfProblem(problem, form.values.kind);
        if (field.startsWith('secret')) form.setFieldValue('replaceSecret', true);
        form.setFieldError(field, t.has(`problems.${text}`) ? t(`problems.${text}`) : problem.message);
      }
      if (problems.length === 0) feedback.failed(error, { conflict: t('changedMeanwhile') });
    },
  };
  const create = useMutation(trpc.credentials.create.mutationOptions(outcome));
  const update = useMutation(trpc.credentials.update.mutationOptions(outcome));
  const save = ({ name, kind, settings, secret, allowedHosts, replaceSecret }: CredentialValues) => {
    // Nothing of a kind that was looked at before may travel with it.
    const hosts = kind === 'database' ? [] : allowedHosts;
    if (!credential) {
      create.mutate({ workspace: slug, name, kind, settings, secret, allowedHosts: hosts });
    } else {
      const { id, revision } = credential;
      const change = { workspace: slug, id, revision, settings, allowedHosts: hosts };
      update.mutate(replaceSecret ? { ...change, secret } : change);
    }
  };
  const changeKind = (value: string | null) => {
    const kind = CREDENTIAL_KINDS.find((one) => one === value) ?? 'api_key';
    form.setValues({ kind, secret: initialValues().secret });
    form.clearErrors();
  };
  const kinds = CREDENTIAL_KINDS.map((kind: CredentialKind) => ({ value: kind, label: t(`kinds.${kind}`) }));

  return (
    <Modal
      opened
      onClose={onClose}
      title={credential ? t('changeTitle', { name: credential.name }) : t('add')}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <form onSubmit={form.onSubmit(save)} noValidate autoComplete="off">
        <Stack gap="md">
          {credential ? null : (
            <>
              <TextInput
                label={t('name')}
                description={t('nameText')}
                maxLength={120}
                required
                data-autofocus
                {...form.getInputProps('name')}
              />
              <Select
                label={t('kind')}
                description={t(`kindTexts.${form.values.kind}`)}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                data={kinds}
                allowDeselect={false}
                value={form.values.kind}
                onChange={changeKind}
              />
            </>
          )}
          <CredentialFields form={form} changes={credential !== undefined} redirectUri={redirectUri} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common('cancel')}
            </Button>
            <Button type="submit" loading={create.isPending || update.isPending}>
              {credential ? common('save') : t('addShort')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
