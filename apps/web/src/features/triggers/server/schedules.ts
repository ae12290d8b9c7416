import { cronProblem, nextTimes, type ScheduleTimes } from '@agentweaver/core/schedule/cron';
import { describeCron } from '@agentweaver/core/schedule/describe-cron';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { type ListedSchedule, listSchedules as readSchedules } from '@agentweaver/db/schedule-store';
import type { ListTriggers } from '@agentweaver/db/trigger-page';
import { PREVIEW_TIMES, type SchedulePreview, type ScheduleView } from '../trigger-view.ts';
import { type StatusById, statusesOf } from './execution-statuses.ts';

/** A code, a colon and a text, as the firing writes it. */
const readError = (text: string | null): ScheduleView['lastError'] => {
  if (text === null) return null;
  const [, code = 'failed', message = text] = /^([a-z_]+): (.*)$/s.exec(text) ?? [];
  return { code, message };
};

const viewOf = (schedule: ListedSchedule, statuses: StatusById): ScheduleView => {
  const { id, name, workflow, cron, timezone, input, enabled, skipIfRunning, nextRunAt, lastRunAt } = schedule;
  const last = schedule.lastExecutionId ?? '';
  const status = statuses.get(last);
  return {
    id,
    name,
    workflow,
    cron,
    timezone,
    words: describeCron(cron) ?? null,
    input,
    enabled,
    skipIfRunning,
    nextRunAt,
    lastRunAt,
    lastExecution: status ? { id: last, status } : null,
    lastError: readError(schedule.lastError),
  };
};

export const listSchedules = async (
  prisma: PrismaClient,
  request: ListTriggers,
): Promise<{ items: ScheduleView[]; nextCursor: string | null }> => {
  const { items, nextCursor } = await readSchedules(prisma, request);
  const statuses = await statusesOf(
    prisma,
    request.workspaceId,
    items.map(({ lastExecutionId }) => lastExecutionId),
  );
  return { items: items.map((item) => viewOf(item, statuses)), nextCursor };
};

/** What a form shows of times that somebody types. */
export const previewSchedule = (times: ScheduleTimes, now = new Date()): SchedulePreview => {
  const problem = cronProblem(times, now) ?? null;
  // A wrong time zone does not make the expression unreadable.
  const words = problem === null || problem === 'timezone' ? (describeCron(times.cron) ?? null) : null;
  return { problem, words, times: problem ? [] : nextTimes(times, { from: now, count: PREVIEW_TIMES }) };
};
