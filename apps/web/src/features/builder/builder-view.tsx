'use client';

import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { Drawer } from '@mantine/core';
import { useDisclosure, useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { ReactFlowProvider } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { useCallback, useMemo, useRef } from 'react';
import classes from './builder.module.css';
import { Canvas } from './canvas/canvas.tsx';
import { EmptyCanvas } from './canvas/empty-canvas.tsx';
import { RemoveFrameModal } from './canvas/remove-frame-modal.tsx';
import { StepContextMenu } from './canvas/step-context-menu.tsx';
import { NodePicker } from './palette/node-picker.tsx';
import { Palette } from './palette/palette.tsx';
import { StepPanel } from './panel/step-panel.tsx';
import { WorkflowSettingsPanel } from './panel/workflow-settings-panel.tsx';
import { ProblemsPanel } from './problems/problems-panel.tsx';
import { useValidation } from './problems/use-validation.ts';
import { RunFollower } from './run/run-follower.tsx';
import { RunFormModal } from './run/run-form.tsx';
import { RunPanel } from './run/run-panel.tsx';
import { useRunNode } from './run/use-run-node.ts';
import { useStartRun } from './run/use-start-run.ts';
import { useBuilder, useBuilderState } from './state/builder-context.tsx';
import { selectedIds } from './state/builder-store.ts';
import { type Commands, CommandsContext } from './toolbar/commands-context.tsx';
import { ShortcutsModal } from './toolbar/shortcuts-modal.tsx';
import { Toolbar } from './toolbar/toolbar.tsx';

export type BuilderWorkflow = {
  id: string;
  name: string;
  published: { number: number; definition: WorkflowDefinition } | null;
};

/** The panel of the open node or of the workflow's settings: beside the canvas on a desk, over it on a phone. */
const SidePanel = ({ narrow }: { narrow: boolean }) => {
  const t = useTranslations('builder');
  const { store } = useBuilder();
  const isNodeOpen = useBuilderState((state) => state.openNodeId !== null);
  const areSettingsOpen = useBuilderState((state) => state.settingsOpened);
  const panel = areSettingsOpen ? <WorkflowSettingsPanel /> : isNodeOpen ? <StepPanel /> : null;
  if (!narrow) return panel;
  return (
    <Drawer
      opened={panel !== null}
      onClose={() => store.getState().openNode(null)}
      position="bottom"
      size="82dvh"
      padding={0}
      withCloseButton={false}
      aria-label={areSettingsOpen ? t('workflowSettings.title') : t('panel.drawer')}
      classNames={{ body: classes.drawerBody, content: classes.drawerContent }}
    >
      {panel}
    </Drawer>
  );
};

export const BuilderView = ({ workflow }: { workflow: BuilderWorkflow }) => {
  const t = useTranslations('builder');
  const { connection, readOnly, store } = useBuilder();
  // Known at once: the first fit would else be to what the palette of a desk leaves of a phone.
  const narrow = useMediaQuery('(max-width: 62em)', undefined, { getInitialValueInEffect: false }) ?? false;
  const [paletteWide, setPaletteWide] = useLocalStorage({ key: 'agentweaver.palette', defaultValue: true });
  const [paletteDrawer, drawer] = useDisclosure(false);
  const [problemsOpened, problems] = useDisclosure(false);
  const [helpOpened, help] = useDisclosure(false);
  const [formOpened, form] = useDisclosure(false);
  const run = useStartRun(form.close);
  const runNode = useRunNode();
  useValidation();

  const { close: closeForm, open: openForm } = form;
  const { open: openProblems } = problems;
  const { open: openHelp } = help;
  const { reset } = run;
  const openRun = useCallback(() => {
    if (store.getState().problems.some((problem) => problem.severity === 'error')) return openProblems();
    reset();
    openForm();
  }, [store, openProblems, openForm, reset]);
  const latestRunNode = useRef(runNode);
  latestRunNode.current = runNode;
  const commands = useMemo<Commands>(
    () => ({
      run: openRun,
      runNode: (mode, nodeId) => {
        const chosen = nodeId ?? selectedIds(store.getState())[0] ?? store.getState().openNodeId;
        if (!chosen) return;
        if (store.getState().problems.some((problem) => problem.severity === 'error')) return openProblems();
        latestRunNode.current(chosen, mode);
      },
      save: () => {
        connection.flush().then(
          () => notifications.show({ color: 'thread', message: t('save.savedNow'), autoClose: 1_500 }),
          () => notifications.show({ color: 'orange', message: t('save.offlineHelp') }),
        );
      },
      help: openHelp,
    }),
    [openRun, openProblems, store, connection, openHelp, t],
  );

  return (
    <ReactFlowProvider>
      <CommandsContext value={commands}>
        <div className={classes.builder}>
          <Toolbar
            name={workflow.name}
            published={workflow.published}
            problemsOpened={problemsOpened}
            onToggleProblems={problems.toggle}
            paletteOpened={narrow ? paletteDrawer : paletteWide}
            onTogglePalette={narrow ? drawer.toggle : () => setPaletteWide(!paletteWide)}
          />
          <div className={classes.work}>
            {!readOnly && !narrow && paletteWide && <Palette />}
            <div className={classes.middle}>
              <div className={classes.canvas}>
                <Canvas />
                <EmptyCanvas />
              </div>
              {problemsOpened && <ProblemsPanel onClose={problems.close} />}
              <RunPanel />
            </div>
            <SidePanel narrow={narrow} />
          </div>
        </div>
        <NodePicker />
        <StepContextMenu />
        <RemoveFrameModal />
        <RunFollower />
        <ShortcutsModal opened={helpOpened} onClose={help.close} />
        <RunFormModal
          opened={formOpened}
          onClose={closeForm}
          onStart={run.start}
          starting={run.starting}
          failure={run.failure}
        />
        {narrow && (
          <Drawer
            opened={paletteDrawer}
            onClose={drawer.close}
            size={264}
            padding={0}
            withCloseButton={false}
            aria-label={t('palette.label')}
            classNames={{ body: classes.drawerBody }}
          >
            <Palette onAdded={drawer.close} />
          </Drawer>
        )}
      </CommandsContext>
    </ReactFlowProvider>
  );
};
