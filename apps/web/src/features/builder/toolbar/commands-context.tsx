'use client';

import { createContext, use } from 'react';
import type { NodeRunMode } from '../run/use-run-node.ts';

/** What both buttons and shortcuts do. */
export type Commands = {
  /** Opens the run form, or says why it cannot. */
  run: () => void;
  /** Runs one step, or all from it on; by default the selected one. */
  runNode: (mode: NodeRunMode, nodeId?: string) => void;
  /** Sends what is unsaved at once; drafts save themselves, but people press Ctrl+S. */
  save: () => void;
  help: () => void;
};

export const CommandsContext = createContext<Commands | null>(null);

export const useCommands = (): Commands => {
  const commands = use(CommandsContext);
  if (!commands) throw new Error('useCommands needs a CommandsContext above it');
  return commands;
};
