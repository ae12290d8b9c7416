'use client';

import { Button, Select, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendarTime, IconPlus, IconWebhook } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { Page } from '../../components/page.tsx';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { ScheduleList } from './schedule-list.tsx';
import { ScheduleModal } from './schedule-modal.tsx';
import classes from './triggers.module.css';
import { useTriggerFilters } from './use-trigger-filters.ts';
import { WebhookList } from './webhook-list.tsx';
import { WebhookModal } from './webhook-modal.tsx';

/** What starts workflows without anybody pressing Run. */
export const TriggersPage = () => {
  const t = useTranslations('triggers');
  const trpc = useTRPC();
  const { slug, canEdit } = useWorkspace();
  const { tab, workflowId, setTab, setWorkflowId } = useTriggerFilters();
  const [opened, { open, close }] = useDisclosure(false);
  const workflows = useQuery(trpc.executions.workflowOptions.queryOptions({ workspace: slug }, { staleTime: 60_000 }));
  const listed = { workflowId: workflowId ?? undefined, onCreate: canEdit ? open : undefined };
  const Modal = tab === 'schedules' ? ScheduleModal : WebhookModal;

  return (
    <Page
      title={t('title')}
      description={t('subtitle')}
      actions={
        canEdit && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
            {t(tab === 'schedules' ? 'schedule.new' : 'webhook.new')}
          </Button>
        )
      }
    >
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <div className={classes.bar}>
          <Tabs.List className={classes.tabs}>
            <Tabs.Tab value="schedules" leftSection={<IconCalendarTime size={16} aria-hidden />}>
              {t('schedule.tab')}
            </Tabs.Tab>
            <Tabs.Tab value="webhooks" leftSection={<IconWebhook size={16} aria-hidden />}>
              {t('webhook.tab')}
            </Tabs.Tab>
          </Tabs.List>
          <Select
            className={classes.filter}
            aria-label={t('filter')}
            placeholder={t('anyWorkflow')}
            data={(workflows.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={workflowId}
            onChange={setWorkflowId}
            nothingFoundMessage={t('noSuchWorkflow')}
            searchable
            clearable
          />
        </div>
        <Tabs.Panel value="schedules" pt="md">
          <ScheduleList {...listed} />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks" pt="md">
          <WebhookList {...listed} />
        </Tabs.Panel>
      </Tabs>
      <Modal opened={opened} onClose={close} workflowId={workflowId} />
    </Page>
  );
};
