import type { useTranslations } from 'next-intl';
import type { EventView } from '../execution-view.ts';

/** Events that say all they have to say by their type; the others add their own words. */
const COMPLETE = new Set([
  'execution_started',
  'execution_completed',
  'execution_cancelled',
  'step_started',
  'step_cancelled',
]);

type Translate = ReturnType<typeof useTranslations<'executions'>>;

/** A log line in the viewer's language. What nodes and user code logged is theirs, and stays as it is. */
export const describeEvent = ({ type, message }: Pick<EventView, 'type' | 'message'>, t: Translate): string => {
  const key = `event.${type}`;
  if (type === 'step_log' || !t.has(key)) return message;
  return COMPLETE.has(type) || message === '' ? t(key) : `${t(key)}: ${message}`;
};
