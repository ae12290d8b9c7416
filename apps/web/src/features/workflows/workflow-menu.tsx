'use client';

import { ActionIcon, Menu } from '@mantine/core';
import {
  IconCalendarBolt,
  IconCopy,
  IconDots,
  IconEdit,
  IconFileExport,
  IconListDetails,
  IconTrash,
} from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useWorkflowActions } from './use-workflow-actions.ts';
import { MAX_NAME_LENGTH, type WorkflowSummary } from './workflow-summary.ts';

type WorkflowMenuProps = { workflow: WorkflowSummary; onRename: () => void; onDelete: () => void };

export const WorkflowMenu = ({ workflow, onRename, onDelete }: WorkflowMenuProps) => {
  const t = useTranslations('workflows');
  const { slug, canEdit } = useWorkspace();
  const { duplicate, download } = useWorkflowActions();
  const copyName = t('copyName', { name: workflow.name }).slice(0, MAX_NAME_LENGTH);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('actionsOf', { name: workflow.name })}
          loading={duplicate.isPending || download.isPending}
        >
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component={Link}
          href={`/w/${slug}/executions?workflow=${workflow.id}`}
          leftSection={<IconListDetails size={16} />}
        >
          {t('showExecutions')}
        </Menu.Item>
        <Menu.Item
          component={Link}
          href={`/w/${slug}/triggers?workflow=${workflow.id}`}
          leftSection={<IconCalendarBolt size={16} />}
        >
          {t('showTriggers')}
        </Menu.Item>
        {canEdit && (
          <>
            <Menu.Item leftSection={<IconEdit size={16} />} onClick={onRename}>
              {t('rename')}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconCopy size={16} />}
              onClick={() => duplicate.mutate({ workspace: slug, workflowId: workflow.id, name: copyName })}
            >
              {t('duplicate')}
            </Menu.Item>
          </>
        )}
        <Menu.Item leftSection={<IconFileExport size={16} />} onClick={() => download.mutate(workflow.id)}>
          {t('export')}
        </Menu.Item>
        {canEdit && (
          <>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={onDelete}>
              {t('delete')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
};
