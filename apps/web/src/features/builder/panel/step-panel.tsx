'use client';

import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import { ActionIcon, CloseButton, Group, Menu, ScrollArea, Tabs, Text, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { StepMenuItems } from '../canvas/step-menu-items.tsx';
import { presentationOf } from '../node-presentation.tsx';
import { useBuilder, useBuilderState, useRunState } from '../state/builder-context.tsx';
import type { PanelTab } from '../state/builder-store.ts';
import { useNodeText } from '../use-node-text.ts';
import { StepHelp } from './step-help.tsx';
import classes from './step-panel.module.css';
import { StepRun } from './step-run.tsx';
import { StepSettings } from './step-settings.tsx';

const TABS: readonly PanelTab[] = ['settings', 'run', 'help'];

const PanelMenu = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.panel');
  return (
    <Menu position="bottom-end" withinPortal width={260}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('actions')}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <StepMenuItems step={step} />
      </Menu.Dropdown>
    </Menu>
  );
};

const Panel = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.panel');
  const text = useNodeText();
  const { editor, store, readOnly } = useBuilder();
  // What is only drawn takes no part in runs.
  const runs = !getNodeDefinition(step.type)?.canvasOnly;
  const wanted = useBuilderState((state) => state.panelTab);
  const tab = wanted === 'run' && !runs ? 'settings' : wanted;
  const hasRun = useRunState((state) => state.executionId !== null);
  const { icon: Icon } = presentationOf(step.type);
  return (
    <section className={classes.panel} aria-label={t('label', { name: step.name })}>
      <Group className={classes.head} gap="xs" wrap="nowrap">
        <Icon size={18} stroke={1.8} aria-hidden />
        <Text size="sm" fw={600} c="dimmed" className={classes.type}>
          {text.title(step.type)}
        </Text>
        {!readOnly && <PanelMenu step={step} />}
        <CloseButton aria-label={t('close')} onClick={() => store.getState().openNode(null)} />
      </Group>
      <div className={classes.name}>
        <TextInput
          label={t('name')}
          value={step.name}
          maxLength={120}
          readOnly={readOnly}
          // An empty name would not be a definition any more; what is typed next replaces it.
          onChange={(event) =>
            event.currentTarget.value !== '' && editor.update(step.id, { name: event.currentTarget.value })
          }
        />
      </div>
      <Tabs
        value={tab}
        onChange={(next) => store.getState().setPanelTab(TABS.find((one) => one === next) ?? 'settings')}
        keepMounted={false}
        className={classes.tabs}
      >
        <Tabs.List px="md">
          <Tabs.Tab value="settings">{t('tabs.settings')}</Tabs.Tab>
          {runs && (
            <Tabs.Tab value="run" disabled={!hasRun}>
              {t('tabs.run')}
            </Tabs.Tab>
          )}
          <Tabs.Tab value="help">{t('tabs.help')}</Tabs.Tab>
        </Tabs.List>
        <ScrollArea key={`${step.id}:${tab}`} className={classes.body} type="auto" scrollbarSize={8}>
          <Tabs.Panel value="settings" p="md">
            <StepSettings key={step.id} step={step} />
          </Tabs.Panel>
          <Tabs.Panel value="run" p="md">
            <StepRun nodeId={step.id} />
          </Tabs.Panel>
          <Tabs.Panel value="help" p="md">
            <StepHelp type={step.type} />
          </Tabs.Panel>
        </ScrollArea>
      </Tabs>
    </section>
  );
};

/** What the open node is set to do, did in the last run, and is for. */
export const StepPanel = () => {
  const step = useBuilderState((state) => state.nodes.find((node) => node.id === state.openNodeId)?.data.step);
  return step ? <Panel step={step} /> : null;
};
