import type { useTranslations } from 'next-intl';
import { z } from 'zod';
import type { EventView } from '../execution-view.ts';
import { explainReason } from '../explain-reason.ts';

type Translate = ReturnType<typeof useTranslations<'executions'>>;

/** The members of an event's data that make up its sentence. */
const dataSchema = z.object({
  resumedSteps: z.number().optional(),
  attempt: z.number().optional(),
  reason: z.string().optional(),
  error: z.object({ message: z.string() }).optional(),
  /** Of tools and of answers of people. */
  tool: z.string().optional(),
  by: z.string().optional(),
  /** Where the plan gives less than the workflow asks for. */
  memoryMb: z.number().optional(),
});

/** A log line in the viewer's language. What nodes and user code logged is theirs, and stays as it is. */
export const describeEvent = (
  { type, message, data }: Pick<EventView, 'type' | 'message' | 'data'>,
  t: Translate,
): string => {
  const key = `event.${type}`;
  if (type === 'step_log' || !t.has(key)) return message;
  const {
    resumedSteps = 0,
    attempt = 1,
    reason,
    error,
    tool,
    by,
    memoryMb,
  } = dataSchema.safeParse(data ?? {}).data ?? {};
  if (type === 'execution_started' && resumedSteps > 0) return t('event.execution_resumed', { count: resumedSteps });
  if (type === 'execution_queued' && memoryMb !== undefined) {
    return t('event.execution_queued_with_memory', { memory: memoryMb });
  }
  const label = type === 'step_started' && attempt > 1 ? t('event.step_started_again', { attempt }) : t(key);
  const detail = [tool, error?.message ?? (reason && explainReason(reason, t)), by].filter(Boolean).join(': ');
  return detail ? `${label}: ${detail}` : label;
};
