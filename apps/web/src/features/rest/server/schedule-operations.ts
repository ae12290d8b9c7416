import { isAppError } from '@agentweaver/core/errors/app-error';
import type { Schedule } from '@agentweaver/db/generated/client';
import {
  createSchedule,
  getSchedule,
  listSchedules,
  removeSchedule,
  updateSchedule,
} from '@agentweaver/db/schedule-store';
import { z } from 'zod';
import { decodeCursor } from './cursor.ts';
import { defineOperation } from './operation.ts';
import { renameFields } from './rename-fields.ts';
import { idParams, noBody, noHeaders, noParams, noQuery, page } from './schemas.ts';
import { cursorAfter } from './trigger-cursor.ts';
import { createScheduleBody, scheduleSchema, triggerQuery, updateScheduleBody } from './trigger-schemas.ts';

const view = (row: Schedule): z.input<typeof scheduleSchema> => ({
  id: row.id,
  workflow_id: row.workflowId,
  name: row.name,
  cron: row.cron,
  timezone: row.timezone,
  input_data: row.input,
  enabled: row.enabled,
  skip_if_running: row.skipIfRunning,
  next_run_at: row.nextRunAt?.toISOString() ?? null,
  last_run_at: row.lastRunAt?.toISOString() ?? null,
  last_execution_id: row.lastExecutionId,
  last_error: row.lastError,
  created_at: row.createdAt.toISOString(),
});

const inRestFields = (error: unknown): never => {
  throw isAppError(error) ? renameFields(error, { input: 'input_data' }) : error;
};

export const listSchedulesOperation = defineOperation({
  method: 'GET',
  path: '/schedules',
  operationId: 'listSchedules',
  summary: 'List schedules, newest first',
  role: 'viewer',
  params: noParams,
  query: triggerQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'One page.', schema: page(scheduleSchema) },
  errors: ['bad_request', 'not_found'],
  handle: async ({ services, caller, query }) => {
    const { items, nextCursor } = await listSchedules(services.prisma, {
      workspaceId: caller.workspaceId,
      workflowId: query.workflow_id,
      cursor: decodeCursor(query.cursor)?.id,
      limit: query.limit,
    });
    return { body: { items: items.map(view), next_cursor: cursorAfter(items, nextCursor) } };
  },
});

export const createScheduleOperation = defineOperation({
  method: 'POST',
  path: '/schedules',
  operationId: 'createSchedule',
  summary: 'Run a workflow by a schedule',
  description: 'It runs the published version, or the draft of a workflow never published, with the priority `batch`.',
  role: 'editor',
  params: noParams,
  query: noQuery,
  headers: noHeaders,
  body: createScheduleBody,
  response: { status: 201, description: 'The schedule, with its next time.', schema: scheduleSchema },
  errors: ['not_found', 'conflict'],
  handle: async ({ services, caller, body }) => {
    const { workflow_id: workflowId, input_data: input, skip_if_running: skipIfRunning, ...values } = body;
    const schedule = await createSchedule(services.prisma, {
      actor: { workspaceId: caller.workspaceId, userId: caller.userId },
      workflowId,
      values: { ...values, input, skipIfRunning },
    }).catch(inRestFields);
    return { body: view(schedule), headers: { Location: `/api/v1/schedules/${schedule.id}` } };
  },
});

export const getScheduleOperation = defineOperation({
  method: 'GET',
  path: '/schedules/{id}',
  operationId: 'getSchedule',
  summary: 'One schedule',
  role: 'viewer',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'The schedule.', schema: scheduleSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => ({
    body: view(await getSchedule(services.prisma, { workspaceId: caller.workspaceId, id: params.id })),
  }),
});

export const updateScheduleOperation = defineOperation({
  method: 'PATCH',
  path: '/schedules/{id}',
  operationId: 'updateSchedule',
  summary: 'Change, pause or resume a schedule',
  description:
    'Fields that are left out stay. A change of its times counts from now: what was due before is not made up.',
  role: 'editor',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: updateScheduleBody,
  response: { status: 200, description: 'The schedule as it is now.', schema: scheduleSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params, body }) => {
    const { input_data: input, skip_if_running: skipIfRunning, ...values } = body;
    const schedule = await updateSchedule(services.prisma, {
      actor: { workspaceId: caller.workspaceId, userId: caller.userId },
      id: params.id,
      change: { ...values, input, skipIfRunning },
    }).catch(inRestFields);
    return { body: view(schedule) };
  },
});

export const deleteScheduleOperation = defineOperation({
  method: 'DELETE',
  path: '/schedules/{id}',
  operationId: 'deleteSchedule',
  summary: 'Delete a schedule',
  description: 'What it has started stays.',
  role: 'editor',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 204, description: 'It is gone.', schema: z.undefined() },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => {
    const { workspaceId, userId } = caller;
    await removeSchedule(services.prisma, { actor: { workspaceId, userId }, id: params.id });
    return { body: undefined };
  },
});
