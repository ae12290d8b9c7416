'use client';

import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { containersOf } from '@agentweaver/core/graph/parents';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import { Menu } from '@mantine/core';
import {
  IconBan,
  IconBoxMultiple,
  IconCopy,
  IconPlayerPlay,
  IconPlayerTrackNext,
  IconReplace,
  IconTrash,
  IconX,
} from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { useBuilder, useBuilderState, useRunState } from '../state/builder-context.tsx';
import { selectedIds } from '../state/builder-store.ts';
import { useCommands } from '../toolbar/commands-context.tsx';
import { useDuplicate } from './use-clipboard.ts';
import { useGroup } from './use-group.ts';
import { useRemove } from './use-remove.ts';
import { useReplace } from './use-replace.ts';

const RunItems = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.run');
  const { runNode } = useCommands();
  const hasRun = useRunState((state) => state.executionId !== null);
  const nodes = useBuilderState((state) => state.nodes);
  const isInside = useMemo(() => {
    const all = new Map(nodes.map((node) => [node.id, node.data.step]));
    return containersOf(all, step.id, getNodeDefinition).length > 0;
  }, [nodes, step.id]);
  const why = isInside ? t('notInside') : hasRun ? undefined : t('runFirst');
  return (
    <>
      <Menu.Item
        leftSection={<IconPlayerPlay size={15} />}
        disabled={why !== undefined}
        title={why}
        onClick={() => runNode('alone', step.id)}
      >
        {t('runAlone')}
      </Menu.Item>
      <Menu.Item
        leftSection={<IconPlayerTrackNext size={15} />}
        disabled={why !== undefined}
        title={why}
        onClick={() => runNode('from', step.id)}
      >
        {t('runFrom')}
      </Menu.Item>
      <Menu.Divider />
    </>
  );
};

/** What can be done with a node, and with the others that are selected along with it. */
export const StepMenuItems = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.panel');
  const { editor, store } = useBuilder();
  const duplicate = useDuplicate();
  const remove = useRemove();
  const replace = useReplace();
  const group = useGroup();
  const definition = getNodeDefinition(step.type);
  const isGroup = definition?.contains === 'frame';
  const isStep = !definition?.canvasOnly;
  /** The menu of a node outside of the selection is about that node alone. */
  const chosen = (): string[] => {
    const ids = selectedIds(store.getState());
    if (ids.includes(step.id)) return ids;
    store.getState().select([step.id]);
    return [step.id];
  };
  const withChosen = (act: () => void) => () => {
    chosen();
    act();
  };
  return (
    <>
      {isStep && step.type !== 'input' && <RunItems step={step} />}
      <Menu.Item leftSection={<IconCopy size={15} />} onClick={withChosen(duplicate)}>
        {t('duplicate')}
      </Menu.Item>
      {isStep && !definition?.contains && step.type !== 'input' && (
        <Menu.Item leftSection={<IconReplace size={15} />} onClick={withChosen(replace)}>
          {t('replace')}
        </Menu.Item>
      )}
      {isStep && (
        <Menu.Item
          leftSection={<IconBan size={15} />}
          onClick={() => editor.setDisabled(chosen(), step.disabled !== true)}
        >
          {step.disabled ? t('enable') : t('disable')}
        </Menu.Item>
      )}
      <Menu.Item leftSection={<IconBoxMultiple size={15} />} onClick={withChosen(() => group.wrap('group'))}>
        {t('group')}
      </Menu.Item>
      {isGroup && (
        <Menu.Item leftSection={<IconX size={15} />} onClick={withChosen(group.ungroup)}>
          {t('ungroup')}
        </Menu.Item>
      )}
      <Menu.Divider />
      <Menu.Item
        color="red"
        leftSection={<IconTrash size={15} />}
        onClick={() => remove({ nodeIds: chosen(), edgeIds: [] })}
      >
        {t('delete')}
      </Menu.Item>
    </>
  );
};
