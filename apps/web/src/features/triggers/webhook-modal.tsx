'use client';

import { Alert, Button, Group, Modal, Radio, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useTRPC, useTRPCClient } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { type MadeWebhook, WebhookReady } from './secret-modal.tsx';
import { MAX_TRIGGER_NAME, WEBHOOK_RESPONSES, type WebhookView } from './trigger-view.ts';
import { useTriggerActions } from './use-trigger-actions.ts';

type FormProps = { webhook?: WebhookView | undefined; workflowId: string | null; onClose: () => void };

const WebhookForm = ({ webhook, workflowId: preset, onClose }: FormProps) => {
  const t = useTranslations('triggers');
  const common = useTranslations('common');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { slug } = useWorkspace();
  const { refresh } = useTriggerActions();
  const [workflowId, setWorkflowId] = useState(webhook?.workflow.id ?? preset);
  const [values, setValues] = useState({
    name: webhook?.name ?? '',
    signed: webhook?.signed ?? true,
    response: webhook?.response ?? 'immediate',
  });
  const [tried, setTried] = useState(false);
  const set = (change: Partial<typeof values>) => setValues((before) => ({ ...before, ...change }));
  const workflows = useQuery(trpc.executions.workflowOptions.queryOptions({ workspace: slug }, { staleTime: 60_000 }));

  const save = useMutation({
    mutationFn: (): Promise<MadeWebhook> => {
      const given = { ...values, name: values.name.trim() };
      if (webhook) return client.triggers.webhooks.update.mutate({ workspace: slug, id: webhook.id, change: given });
      const all = { ...given, enabled: true };
      return client.triggers.webhooks.create.mutate({ workspace: slug, workflowId: workflowId ?? '', values: all });
    },
    onSuccess: ({ secret }) => {
      if (webhook && secret === null) {
        notifications.show({ color: 'thread', message: t('webhook.changed') });
        onClose();
      }
      return refresh();
    },
  });
  // A fresh secret, or a new address, is shown before anything else.
  if (save.data && workflowId && !(webhook && save.data.secret === null))
    return <WebhookReady made={save.data} workflowId={workflowId} onClose={onClose} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (workflowId && values.name.trim() !== '') save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t('form.name')}
          placeholder={t('webhook.namePlaceholder')}
          value={values.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={tried && values.name.trim() === '' ? t('form.nameMissing') : undefined}
          maxLength={MAX_TRIGGER_NAME}
          required
          data-autofocus
        />
        <Select
          label={t('form.workflow')}
          description={t('form.workflowHelp')}
          data={(workflows.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={workflowId}
          onChange={setWorkflowId}
          error={tried && !workflowId ? t('form.workflowMissing') : undefined}
          disabled={webhook !== undefined}
          allowDeselect={false}
          nothingFoundMessage={t('noSuchWorkflow')}
          searchable
          required
        />
        <Radio.Group
          label={t('form.response')}
          value={values.response}
          onChange={(value) =>
            set({ response: WEBHOOK_RESPONSES.find((response) => response === value) ?? 'immediate' })
          }
        >
          <Stack gap="xs" mt={6}>
            {WEBHOOK_RESPONSES.map((response) => (
              <Radio
                key={response}
                value={response}
                label={t(`response.${response}`)}
                description={t(`response.${response}Help`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Switch
          label={t('form.signed')}
          description={t('form.signedHelp')}
          checked={values.signed}
          onChange={(event) => set({ signed: event.currentTarget.checked })}
        />
        {!values.signed && (
          <Alert color="yellow" variant="light">
            <Text size="sm">{t('webhook.unsignedHint')}</Text>
          </Alert>
        )}
        {save.isError && (
          <Alert color="red" role="alert">
            {errorText(save.error, { conflict: t('tooMany') })}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common('cancel')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t(webhook ? 'form.save' : 'webhook.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** Makes a webhook, or changes one. */
export const WebhookModal = ({ opened, ...form }: FormProps & { opened: boolean }) => {
  const t = useTranslations('triggers');
  const common = useTranslations('common');
  return (
    <Modal
      opened={opened}
      onClose={form.onClose}
      title={form.webhook ? t('webhook.editTitle', { name: form.webhook.name }) : t('webhook.new')}
      size="lg"
      closeButtonProps={{ 'aria-label': common('close') }}
      closeOnClickOutside={false}
    >
      <WebhookForm {...form} />
    </Modal>
  );
};
