'use client';

import type { WorkflowSettings } from '@agentweaver/core/definition/workflow-definition';
import { draftSettings, readSettings } from '@agentweaver/core/draft/draft-document';
import { useEffect, useState } from 'react';
import { useBuilder } from '../state/builder-context.tsx';
import { checkSetting, type SettingName, type SettingProblem } from './setting-values.ts';

/** The settings of the draft, whoever changes them. */
export const useWorkflowSettings = (): WorkflowSettings => {
  const { editor } = useBuilder();
  const [settings, setSettings] = useState(() => readSettings(editor.doc));
  useEffect(() => {
    const shared = draftSettings(editor.doc);
    const read = () => setSettings(readSettings(editor.doc));
    read();
    shared.observe(read);
    return () => shared.unobserve(read);
  }, [editor]);
  return settings;
};

type Options<Shown> = {
  name: SettingName;
  stored: number | undefined;
  planMemoryMb?: number;
  /** How a stored value looks in its field, and back. */
  show: (stored: number | undefined) => Shown;
  read: (shown: Shown) => number | undefined;
};

export type SettingState = {
  problem: SettingProblem | undefined;
  /** The field shows what somebody typed here, not what the draft holds. */
  isTyped: boolean;
};

type SettingInput<Shown> = SettingState & {
  shown: Shown;
  change: (shown: Shown) => void;
};

/** One setting's field. Only a valid value goes into the draft; anything else stays in the field, with what is wrong. */
export const useSettingInput = <Shown>(options: Options<Shown>): SettingInput<Shown> => {
  const { name, stored, planMemoryMb, show, read } = options;
  const { editor } = useBuilder();
  // `over` is the stored value that the text belongs to: an undo or somebody else's edit makes it void.
  const [typed, setTyped] = useState<{ shown: Shown; over: number | undefined } | null>(null);
  if (typed !== null && typed.over !== stored) setTyped(null);
  const isTyped = typed !== null && typed.over === stored;
  const shown = isTyped ? typed.shown : show(stored);

  const change = (next: Shown) => {
    const value = read(next);
    const isValid = checkSetting(name, value, planMemoryMb) === undefined;
    const isStored = isValid && (value === stored || editor.setSettings({ [name]: value }));
    setTyped({ shown: next, over: isStored ? value : stored });
  };
  return { shown, problem: checkSetting(name, read(shown), planMemoryMb), isTyped, change };
};
