'use client';

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';

const TABS = ['schedules', 'webhooks'] as const;

const parsers = { tab: parseAsStringLiteral(TABS).withDefault('schedules'), workflow: parseAsString };

/** In the address, so that a workflow can link to its own triggers. */
export const useTriggerFilters = () => {
  const [{ tab, workflow }, set] = useQueryStates(parsers, { history: 'replace' });
  return {
    tab,
    workflowId: workflow,
    setTab: (value: string | null) => void set({ tab: TABS.find((one) => one === value) ?? 'schedules' }),
    setWorkflowId: (id: string | null) => void set({ workflow: id }),
  };
};
