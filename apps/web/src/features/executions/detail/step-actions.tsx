'use client';

import { byId, containersOf } from '@agentweaver/core/graph/parents';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import { ActionIcon, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDots, IconPencil, IconPlayerPlay, IconPlayerTrackNext } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { type ExecutionDetail, isFinished, type StepView } from '../execution-view.ts';
import { EditOutputModal } from './edit-output-modal.tsx';

/** What can be run again around one step. Runs inside of containers are not the graph's own steps, so they offer nothing. */
export const StepActions = ({ detail, step }: { detail: ExecutionDetail; step: StepView }) => {
  const t = useTranslations('executions.step');
  const trpc = useTRPC();
  const router = useRouter();
  const errorText = useErrorText();
  const { slug, canEdit } = useWorkspace();
  const [editing, edit] = useDisclosure(false);
  const rerun = useMutation(
    trpc.executions.rerunStep.mutationOptions({
      onSuccess: ({ id }) => router.push(`/w/${slug}/executions/${id}`),
      onError: (error) => notifications.show({ color: 'red', message: errorText(error) }),
    }),
  );
  const node = detail.definition.nodes.find(({ id }) => id === step.nodeId);
  // All runs of a node together are shown without an iteration, so the node itself has to be asked as well.
  const inside =
    node !== undefined && containersOf(byId(detail.definition.nodes), node.id, getNodeDefinition).length > 0;
  const ran = step.status === 'completed' || step.status === 'failed' || step.status === 'cancelled';
  if (!canEdit || !node || inside || step.iteration !== '' || !(ran || isFinished(detail.status))) return null;
  const run = (mode: 'from' | 'alone') =>
    rerun.mutate({ workspace: slug, executionId: detail.id, nodeId: step.nodeId, mode });
  return (
    <>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('actions')} loading={rerun.isPending}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPlayerTrackNext size={16} />} onClick={() => run('from')}>
            {t('runFrom')}
            <Text size="xs" c="dimmed">
              {t('runFromHint')}
            </Text>
          </Menu.Item>
          <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={() => run('alone')}>
            {t('runAlone')}
            <Text size="xs" c="dimmed">
              {t('runAloneHint')}
            </Text>
          </Menu.Item>
          <Menu.Item leftSection={<IconPencil size={16} />} disabled={step.startedAt === null} onClick={edit.open}>
            {t('editOutput')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <EditOutputModal detail={detail} step={step} opened={editing} onClose={edit.close} />
    </>
  );
};
