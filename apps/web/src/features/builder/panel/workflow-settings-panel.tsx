'use client';

import { DEFAULT_MEMORY_MB, type WorkflowSettings } from '@agentweaver/core/definition/workflow-definition';
import { CloseButton, Group, NativeSelect, NumberInput, ScrollArea, Stack, Text } from '@mantine/core';
import { IconSettings } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type ReactNode, useRef } from 'react';
import { useFormat } from '../../../lib/use-format.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { BudgetFields } from './budget-fields.tsx';
import {
  checkSetting,
  DURATION_UNITS,
  type NumberText,
  SETTING_RANGES,
  type SettingName,
  toDuration,
  toMs,
  toNumber,
} from './setting-values.ts';
import classes from './step-panel.module.css';
import { useFocusField } from './use-focus-field.ts';
import { type SettingState, useSettingInput, useWorkflowSettings } from './use-workflow-settings.ts';

type FieldProps = { settings: WorkflowSettings; planMemoryMb: number | undefined };

/** What a field says when its value cannot be taken, and what counts meanwhile. */
const useSettingError = ({ settings, planMemoryMb }: FieldProps) => {
  const t = useTranslations('builder.workflowSettings');
  const format = useFormat();
  const write = (name: SettingName, value: number): string => {
    if (name === 'timeoutMs') {
      const { amount, unit } = toDuration(value);
      return t(`durations.${unit}`, { count: Number(amount) });
    }
    return name === 'memoryMb' ? t('mebibytes', { value: format.integer(value) }) : format.integer(value);
  };
  return (name: SettingName, { problem, isTyped }: SettingState): ReactNode => {
    // A stored value over the plan is no mistake of the viewer's; the field's help says what comes of it.
    if (problem === undefined || (problem === 'plan' && !isTyped)) return undefined;
    const { min, max } = SETTING_RANGES[name];
    const allowed = name === 'memoryMb' ? Math.min(max, planMemoryMb ?? max) : max;
    const stored = settings[name];
    const isKept = isTyped && checkSetting(name, stored, undefined) === undefined;
    return (
      <>
        {t(`problems.${problem}`, { min: write(name, min), max: write(name, allowed) })}
        {isKept && (
          <Text span display="block" inherit>
            {t('problems.kept', { value: write(name, stored) })}
          </Text>
        )}
      </>
    );
  };
};

const TimeoutField = (props: FieldProps) => {
  const t = useTranslations('builder.workflowSettings');
  const { readOnly } = useBuilder();
  const errorOf = useSettingError(props);
  const input = useSettingInput({
    name: 'timeoutMs',
    stored: props.settings.timeoutMs,
    show: (ms) => toDuration(ms ?? 0),
    read: toMs,
  });
  const { shown, change } = input;
  return (
    <NumberInput
      label={t('timeout')}
      description={t('timeoutHelp')}
      error={errorOf('timeoutMs', input)}
      allowNegative={false}
      clampBehavior="none"
      min={0}
      hideControls
      readOnly={readOnly}
      value={shown.amount}
      onChange={(amount) => change({ ...shown, amount })}
      inputContainer={(field) => (
        <Group gap="xs" wrap="nowrap" className={classes.withUnit}>
          {field}
          <NativeSelect
            aria-label={t('unit')}
            disabled={readOnly}
            value={shown.unit}
            data={DURATION_UNITS.map((unit) => ({ value: unit, label: t(`units.${unit}`) }))}
            onChange={(event) => {
              const unit = DURATION_UNITS.find((one) => one === event.currentTarget.value);
              if (unit) change({ ...shown, unit });
            }}
          />
        </Group>
      )}
    />
  );
};

type NumberFieldProps = FieldProps & {
  name: Exclude<SettingName, 'timeoutMs'>;
  label: string;
  description: string;
  step: number;
};

const NumberField = ({ settings, planMemoryMb, name, step, ...look }: NumberFieldProps) => {
  const { readOnly } = useBuilder();
  const errorOf = useSettingError({ settings, planMemoryMb });
  const input = useSettingInput<NumberText>({
    name,
    stored: settings[name],
    planMemoryMb,
    show: (stored) => stored ?? '',
    read: toNumber,
  });
  return (
    <NumberInput
      {...look}
      error={errorOf(name, input)}
      // A value out of range is named, not silently turned into another.
      clampBehavior="none"
      allowNegative={false}
      allowDecimal={false}
      thousandSeparator=","
      {...SETTING_RANGES[name]}
      step={step}
      readOnly={readOnly}
      hideControls={readOnly}
      value={input.shown}
      onChange={input.change}
    />
  );
};

const useMemoryHelp = (memoryMb: number, planMemoryMb: number | undefined): string => {
  const t = useTranslations('builder.workflowSettings');
  const format = useFormat();
  if (planMemoryMb === undefined) return t('memoryHelp');
  const max = t('mebibytes', { value: format.integer(planMemoryMb) });
  const isRefused = memoryMb > planMemoryMb && memoryMb !== DEFAULT_MEMORY_MB;
  return t(isRefused ? 'memoryHelpOverPlan' : 'memoryHelpWithPlan', { max });
};

/** What holds for each execution of the workflow as a whole. */
export const WorkflowSettingsPanel = () => {
  const t = useTranslations('builder.workflowSettings');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const { editor, store, readOnly } = useBuilder();
  const settings = useWorkflowSettings();
  const plan = useQuery(trpc.settings.workspace.get.queryOptions({ workspace: slug }));
  const planMemoryMb = plan.data?.maxMemoryMb;
  const memoryHelp = useMemoryHelp(settings.memoryMb, planMemoryMb);
  const host = useRef<HTMLDivElement>(null);
  useFocusField(host);
  const shared = { settings, planMemoryMb };
  return (
    <section className={classes.panel} aria-label={t('title')}>
      <Group className={classes.head} gap="xs" wrap="nowrap">
        <IconSettings size={18} stroke={1.8} aria-hidden />
        <Text component="h2" size="sm" fw={600} c="dimmed" className={classes.type}>
          {t('title')}
        </Text>
        <CloseButton aria-label={t('close')} onClick={() => store.getState().openNode(null)} />
      </Group>
      <ScrollArea className={classes.body} type="auto" scrollbarSize={8}>
        <Stack gap="lg" p="md" pt="xs" ref={host}>
          <Text size="sm" c="dimmed">
            {t('intro')}
          </Text>
          <div data-field="settings.timeoutMs">
            <TimeoutField {...shared} />
          </div>
          <div data-field="settings.maxParallel">
            <NumberField
              {...shared}
              name="maxParallel"
              label={t('parallel')}
              description={t('parallelHelp')}
              step={1}
            />
          </div>
          <div data-field="settings.memoryMb">
            <NumberField {...shared} name="memoryMb" label={t('memory')} description={memoryHelp} step={128} />
          </div>
          <div data-field="settings.budget">
            <BudgetFields
              scope="workflow"
              value={settings.budget}
              onChange={(budget) => editor.setSettings({ budget })}
              readOnly={readOnly}
            />
          </div>
        </Stack>
      </ScrollArea>
    </section>
  );
};
