'use client';

import { Anchor, Badge, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useNow } from '../executions/use-now.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { DeleteWorkflowModal } from './delete-workflow-modal.tsx';
import { RenameWorkflowModal } from './rename-workflow-modal.tsx';
import { WorkflowMenu } from './workflow-menu.tsx';
import type { WorkflowSummary } from './workflow-summary.ts';
import classes from './workflows.module.css';

const WorkflowRow = ({ workflow, now }: { workflow: WorkflowSummary; now: Date }) => {
  const t = useTranslations('workflows');
  const format = useFormat();
  const { slug } = useWorkspace();
  const [renameOpened, rename] = useDisclosure(false);
  const [deleteOpened, remove] = useDisclosure(false);
  const { lastExecution } = workflow;
  return (
    <tr className={classes.row}>
      <td className={classes.nameCell}>
        <Group gap={8} wrap="nowrap">
          <Link href={`/w/${slug}/workflows/${workflow.id}`} className={classes.name}>
            {workflow.name}
          </Link>
          {workflow.publishedVersion !== null && (
            <Badge size="xs" variant="light" color="thread" tt="none">
              {t('published', { number: workflow.publishedVersion })}
            </Badge>
          )}
        </Group>
        {workflow.description && (
          <Text size="sm" c="dimmed" lineClamp={2}>
            {workflow.description}
          </Text>
        )}
      </td>
      <td className={classes.runCell}>
        {lastExecution ? (
          <Anchor
            component={Link}
            href={`/w/${slug}/executions/${lastExecution.id}`}
            className={classes.lastRun}
            underline="never"
          >
            <StatusBadge status={lastExecution.status} size="sm" />
            <Text size="xs" c="dimmed" title={format.dateTime(lastExecution.queuedAt)}>
              {format.relativeTime(lastExecution.queuedAt, now)}
            </Text>
          </Anchor>
        ) : (
          <Text size="sm" c="dimmed">
            {t('neverRun')}
          </Text>
        )}
      </td>
      <td className={classes.updatedCell}>
        <Text size="sm" c="dimmed" title={format.dateTime(workflow.updatedAt)}>
          {format.relativeTime(workflow.updatedAt, now)}
        </Text>
      </td>
      <td className={classes.menuCell}>
        <WorkflowMenu workflow={workflow} onRename={rename.open} onDelete={remove.open} />
        <RenameWorkflowModal workflow={workflow} opened={renameOpened} onClose={rename.close} />
        <DeleteWorkflowModal workflow={workflow} opened={deleteOpened} onClose={remove.close} />
      </td>
    </tr>
  );
};

/** A table on a desk, cards on a phone. */
export const WorkflowTable = ({ workflows }: { workflows: readonly WorkflowSummary[] }) => {
  const t = useTranslations('workflows');
  const now = useNow(30_000);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t('columns.name')}</th>
          <th scope="col">{t('columns.lastRun')}</th>
          <th scope="col">{t('columns.updated')}</th>
          <th scope="col" aria-label={t('columns.actions')} />
        </tr>
      </thead>
      <tbody>
        {workflows.map((workflow) => (
          <WorkflowRow key={workflow.id} workflow={workflow} now={now} />
        ))}
      </tbody>
    </table>
  );
};
