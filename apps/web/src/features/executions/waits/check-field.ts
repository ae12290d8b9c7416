import type { HumanField } from '@agentweaver/core/host/ports/human';

export type FormValue = string | number | boolean | null;

/** What keeps a field from being sent: the key of the words below `executions.waits`. */
export const problemOf = ({ type, required }: HumanField, value: FormValue): 'required' | 'notNumber' | undefined => {
  const empty = value === null || (typeof value === 'string' && value.trim() === '');
  if (empty) return required ? 'required' : undefined;
  if (type === 'number' && !Number.isFinite(Number(value))) return 'notNumber';
  return undefined;
};
