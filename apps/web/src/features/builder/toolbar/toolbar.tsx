'use client';

import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowLeft,
  IconCalendarBolt,
  IconCircleCheck,
  IconHelp,
  IconLayoutDistributeHorizontal,
  IconLayoutSidebar,
  IconPlayerPlay,
  IconSettings,
  type TablerIcon,
} from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useSyncExternalStore } from 'react';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useTidy } from '../canvas/use-tidy.ts';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';
import { useCommands } from './commands-context.tsx';
import { PublishMenu } from './publish-menu.tsx';
import { SaveStatus } from './save-status.tsx';
import classes from './toolbar.module.css';
import { WorkflowName } from './workflow-name.tsx';

type ToolProps = { label: string; icon: TablerIcon; onClick: () => void; disabled?: boolean; active?: boolean };

const Tool = ({ label, icon: Icon, onClick, disabled, active }: ToolProps) => (
  <Tooltip label={label}>
    <ActionIcon
      className={classes.tool}
      variant={active ? 'light' : 'subtle'}
      color={active ? undefined : 'gray'}
      size="lg"
      aria-label={label}
      aria-pressed={active}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon size={18} stroke={1.8} />
    </ActionIcon>
  </Tooltip>
);

const UndoRedo = () => {
  const t = useTranslations('builder.toolbar');
  const { editor } = useBuilder();
  const canUndo = useSyncExternalStore(editor.subscribe, editor.canUndo, () => false);
  const canRedo = useSyncExternalStore(editor.subscribe, editor.canRedo, () => false);
  return (
    <>
      <Tool label={t('undo')} icon={IconArrowBackUp} disabled={!canUndo} onClick={editor.undo} />
      <Tool label={t('redo')} icon={IconArrowForwardUp} disabled={!canRedo} onClick={editor.redo} />
    </>
  );
};

const SettingsButton = () => {
  const t = useTranslations('builder.workflowSettings');
  const { store } = useBuilder();
  const opened = useBuilderState((state) => state.settingsOpened);
  const toggle = () => (opened ? store.getState().openNode(null) : store.getState().openSettings());
  return <Tool label={t('title')} icon={IconSettings} active={opened} onClick={toggle} />;
};

const TriggersLink = () => {
  const t = useTranslations('builder.toolbar');
  const { slug } = useWorkspace();
  const { workflowId } = useBuilder();
  return (
    <Tooltip label={t('triggers')}>
      <ActionIcon
        component={Link}
        href={`/w/${slug}/triggers?workflow=${workflowId}`}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('triggers')}
      >
        <IconCalendarBolt size={18} stroke={1.8} />
      </ActionIcon>
    </Tooltip>
  );
};

const ProblemsButton = ({ opened, onToggle }: { opened: boolean; onToggle: () => void }) => {
  const t = useTranslations('builder.problems');
  const count = useBuilderState((state) => state.problems.length);
  const hasErrors = useBuilderState((state) => state.problems.some((problem) => problem.severity === 'error'));
  return (
    <Button
      size="xs"
      variant={opened ? 'light' : 'subtle'}
      color={count === 0 ? 'gray' : hasErrors ? 'red' : 'yellow'}
      leftSection={count === 0 ? <IconCircleCheck size={16} /> : <IconAlertTriangle size={16} />}
      aria-expanded={opened}
      aria-label={t('title', { count })}
      onClick={onToggle}
    >
      {count}
    </Button>
  );
};

const RunButton = () => {
  const t = useTranslations('builder.run');
  const { run } = useCommands();
  const errors = useBuilderState((state) => state.problems.filter((problem) => problem.severity === 'error').length);
  return (
    <Tooltip label={errors > 0 ? t('blocked', { count: errors }) : t('runHelp')}>
      <Button
        size="xs"
        leftSection={<IconPlayerPlay size={15} />}
        onClick={run}
        // Not `disabled`: the reason must be readable, and a click shows the problems.
        data-disabled={errors > 0 || undefined}
        aria-disabled={errors > 0}
      >
        {t('run')}
      </Button>
    </Tooltip>
  );
};

type ToolbarProps = {
  name: string;
  published: { number: number; definition: WorkflowDefinition } | null;
  problemsOpened: boolean;
  onToggleProblems: () => void;
  paletteOpened: boolean;
  onTogglePalette: () => void;
};

export const Toolbar = ({
  name,
  published,
  problemsOpened,
  onToggleProblems,
  paletteOpened,
  onTogglePalette,
}: ToolbarProps) => {
  const t = useTranslations('builder.toolbar');
  const { slug } = useWorkspace();
  const { readOnly } = useBuilder();
  const { help } = useCommands();
  const tidy = useTidy();
  const isNarrow = useMediaQuery('(max-width: 62em)');
  return (
    <header className={classes.toolbar}>
      <Group gap={6} wrap="nowrap" className={classes.left}>
        <Tooltip label={t('back')}>
          <ActionIcon
            component={Link}
            href={`/w/${slug}/workflows`}
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('back')}
          >
            <IconArrowLeft size={18} />
          </ActionIcon>
        </Tooltip>
        {!readOnly && (
          <Tool label={t('palette')} icon={IconLayoutSidebar} active={paletteOpened} onClick={onTogglePalette} />
        )}
        <WorkflowName name={name} />
        <SaveStatus />
        {isNarrow && (
          // The second row of a phone has no room for them.
          <Group gap={0} ml="auto" wrap="nowrap">
            <TriggersLink />
            <SettingsButton />
          </Group>
        )}
      </Group>
      <Group gap={4} wrap="nowrap" className={classes.right}>
        {!readOnly && <UndoRedo />}
        {!readOnly && <Tool label={t('tidy')} icon={IconLayoutDistributeHorizontal} onClick={tidy} />}
        {!isNarrow && <TriggersLink />}
        {!isNarrow && <SettingsButton />}
        {!isNarrow && <Tool label={t('help')} icon={IconHelp} onClick={help} />}
        <ProblemsButton opened={problemsOpened} onToggle={onToggleProblems} />
        <PublishMenu published={published} />
        {!readOnly && <RunButton />}
      </Group>
    </header>
  );
};
