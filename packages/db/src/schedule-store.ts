import { AppError } from '@agentweaver/core/errors/app-error';
import { cronProblem, nextTime } from '@agentweaver/core/schedule/cron';
import type { PrismaTransaction } from './client.ts';
import type { Prisma, PrismaClient, Schedule } from './generated/client.ts';
import { jsonColumn } from './json.ts';
import { type ListTriggers, requireWorkflow, type TriggerPage, toTriggerPage } from './trigger-page.ts';
import { requireTriggerInput, tooManyTriggers } from './trigger-workflow.ts';
import { TUNABLES } from './tunables.ts';

/** Who changes something, for the checks and the audit log. */
export type TriggerActor = { workspaceId: string; userId: string };

export type ScheduleValues = {
  name: string;
  /** Five fields, or six with seconds first. */
  cron: string;
  /** IANA name. */
  timezone: string;
  input: unknown;
  enabled: boolean;
  skipIfRunning: boolean;
};

export const scheduleNotFound = (): AppError =>
  new AppError('not_found', { publicMessage: 'There is no such schedule.' });

const CRON_MESSAGES = {
  fields: 'needs five fields (minute, hour, day, month, weekday), or six with seconds first',
  expression: 'is not a cron expression',
  never: 'never comes',
  timezone: 'is not the name of a time zone, such as Asia/Tokyo',
} as const;

const requireTimes = ({ cron, timezone }: Pick<ScheduleValues, 'cron' | 'timezone'>, now: Date): void => {
  const problem = cronProblem({ cron, timezone }, now);
  if (!problem) return;
  throw new AppError('bad_request', {
    publicMessage: 'The times of the schedule are not right.',
    problems: [{ field: problem === 'timezone' ? 'timezone' : 'cron', message: CRON_MESSAGES[problem] }],
  });
};

const WITH_WORKFLOW = { workflow: { select: { id: true, name: true } } } as const;

export type ListedSchedule = Schedule & { workflow: { id: string; name: string } };

/** Newest first, of one workflow or all. Throws `not_found` for another workspace's workflow. */
export const listSchedules = async (
  prisma: PrismaClient,
  { workspaceId, workflowId, cursor, limit }: ListTriggers,
): Promise<TriggerPage<ListedSchedule>> => {
  await requireWorkflow(prisma, { workspaceId, workflowId });
  const rows = await prisma.schedule.findMany({
    where: { workspaceId, workflowId, id: { lt: cursor } },
    orderBy: { id: 'desc' },
    take: limit + 1,
    include: WITH_WORKFLOW,
  });
  return toTriggerPage(rows, limit);
};

export const getSchedule = async (
  prisma: PrismaClient,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<ListedSchedule> => {
  const found = await prisma.schedule.findFirst({ where: { id, workspaceId }, include: WITH_WORKFLOW });
  if (!found) throw scheduleNotFound();
  return found;
};

/** Throws `not_found`, `bad_request` with the fields, and `conflict` when the workflow has too many. */
export const createSchedule = (
  prisma: PrismaClient,
  {
    actor,
    workflowId,
    values,
    now = new Date(),
  }: { actor: TriggerActor; workflowId: string; values: ScheduleValues; now?: Date },
): Promise<Schedule> =>
  prisma.$transaction(async (tx) => {
    const { workspaceId, userId } = actor;
    await requireTriggerInput(tx, { workspaceId, workflowId }, values.input);
    requireTimes(values, now);
    const limit = TUNABLES.maxTriggersPerWorkflow;
    if ((await tx.schedule.count({ where: { workflowId } })) >= limit) throw tooManyTriggers(limit);
    const schedule = await tx.schedule.create({
      data: {
        ...values,
        input: jsonColumn(values.input),
        workspaceId,
        workflowId,
        nextRunAt: values.enabled ? nextTime(values, now) : null,
        createdById: userId,
      },
    });
    await audit(tx, actor, 'schedule.created', schedule);
    return schedule;
  });

/** A change of its times, or of whether it is enabled, counts from now: nothing that was due before is made up for. */
export const updateSchedule = (
  prisma: PrismaClient,
  {
    actor,
    id,
    change: asked,
    now = new Date(),
  }: { actor: TriggerActor; id: string; change: Partial<ScheduleValues>; now?: Date },
): Promise<Schedule> =>
  prisma.$transaction(async (tx) => {
    const { workspaceId } = actor;
    const change = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as typeof asked;
    // An executor that fires it at this moment goes first.
    await tx.$queryRaw`SELECT 1 FROM schedules WHERE id = ${id}::uuid AND workspace_id = ${workspaceId}::uuid FOR UPDATE`;
    const before = await tx.schedule.findFirst({ where: { id, workspaceId } });
    if (!before) throw scheduleNotFound();
    const after = { ...before, ...change };
    const timed = before.cron !== after.cron || before.timezone !== after.timezone || before.enabled !== after.enabled;
    if ('input' in change) await requireTriggerInput(tx, before, change.input);
    if (timed) requireTimes(after, now);
    const schedule = await tx.schedule.update({
      where: { id },
      data: {
        ...change,
        ...('input' in change ? { input: jsonColumn(change.input) } : {}),
        ...(timed ? { nextRunAt: after.enabled ? nextTime(after, now) : null } : {}),
      } as Prisma.ScheduleUpdateInput,
    });
    await audit(tx, actor, 'schedule.updated', schedule);
    return schedule;
  });

export const removeSchedule = (
  prisma: PrismaClient,
  { actor, id }: { actor: TriggerActor; id: string },
): Promise<void> =>
  prisma.$transaction(async (tx) => {
    const schedule = await tx.schedule.findFirst({ where: { id, workspaceId: actor.workspaceId } });
    const { count } = await tx.schedule.deleteMany({ where: { id, workspaceId: actor.workspaceId } });
    if (!schedule || count === 0) throw scheduleNotFound();
    await audit(tx, actor, 'schedule.removed', schedule);
  });

const audit = async (tx: PrismaTransaction, actor: TriggerActor, action: string, schedule: Schedule): Promise<void> => {
  const { id, name, workflowId, cron, timezone, enabled } = schedule;
  await tx.auditLog.create({
    data: {
      ...actor,
      action,
      targetType: 'schedule',
      targetId: id,
      data: { name, workflowId, cron, timezone, enabled },
    },
  });
};
