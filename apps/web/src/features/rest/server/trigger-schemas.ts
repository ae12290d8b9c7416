import { MAX_CRON_LENGTH } from '@agentweaver/core/schedule/cron';
import { z } from 'zod';
import { MAX_TRIGGER_NAME, WEBHOOK_RESPONSES } from '../../triggers/trigger-view.ts';
import { pageQuery } from './schemas.ts';

const id = z.uuid();
const time = z.iso.datetime();

export const triggerQuery = pageQuery.extend({
  workflow_id: id.optional().meta({ description: 'Only those of this workflow.' }),
});

const name = z.string().trim().min(1).max(MAX_TRIGGER_NAME);

const scheduleFields = {
  name,
  cron: z
    .string()
    .trim()
    .min(1)
    .max(MAX_CRON_LENGTH)
    .meta({ description: 'Minute, hour, day, month, weekday; six fields have seconds first.', example: '0 9 * * 1-5' }),
  timezone: z.string().trim().min(1).max(64).meta({ description: 'An IANA name.', example: 'Asia/Tokyo' }),
  input_data: z.unknown().meta({ description: 'Any JSON value: the input of each execution.' }),
  enabled: z.boolean().meta({ description: 'False: it is paused.' }),
  skip_if_running: z
    .boolean()
    .meta({ description: 'A start is left out while the execution before it has not ended.' }),
};

export const createScheduleBody = z
  .strictObject({
    workflow_id: id,
    ...scheduleFields,
    timezone: scheduleFields.timezone.default('UTC'),
    input_data: scheduleFields.input_data.default({}),
    enabled: scheduleFields.enabled.default(true),
    skip_if_running: scheduleFields.skip_if_running.default(true),
  })
  .meta({ id: 'CreateSchedule' });

export const updateScheduleBody = z.strictObject(scheduleFields).partial().meta({ id: 'UpdateSchedule' });

export const scheduleSchema = z
  .object({
    id,
    workflow_id: id,
    ...scheduleFields,
    next_run_at: time.nullable().meta({ description: 'Null while it is paused.' }),
    last_run_at: time.nullable(),
    last_execution_id: id.nullable(),
    last_error: z
      .string()
      .nullable()
      .meta({ description: 'Why the last start was left out or refused; null after a good one.' }),
    created_at: time,
  })
  .meta({ id: 'Schedule' });

const webhookFields = {
  name,
  signed: z.boolean().meta({
    description: 'Callers sign by the Standard Webhooks scheme. Without, whoever knows the address can call.',
  }),
  response: z.enum(WEBHOOK_RESPONSES).meta({
    description: '`immediate`: 202 with the id of the execution. `result`: its results, or 202 when it takes long.',
  }),
  enabled: z.boolean().meta({ description: 'False: calls are refused with 410.' }),
};

export const createWebhookBody = z
  .strictObject({
    workflow_id: id,
    ...webhookFields,
    signed: webhookFields.signed.default(true),
    response: webhookFields.response.default('immediate'),
    enabled: webhookFields.enabled.default(true),
  })
  .meta({ id: 'CreateWebhook' });

export const updateWebhookBody = z.strictObject(webhookFields).partial().meta({ id: 'UpdateWebhook' });

export const webhookSchema = z
  .object({
    id,
    workflow_id: id,
    ...webhookFields,
    url: z.url().nullable().meta({ description: 'Where to post to; null for viewers.' }),
    last_used_at: time.nullable().meta({ description: 'To the minute.' }),
    created_at: time,
  })
  .meta({ id: 'Webhook' });

export const webhookWithSecretSchema = z
  .object({
    ...webhookSchema.shape,
    secret: z.string().nullable().meta({ description: 'Shown in this answer alone; null when there is no new one.' }),
  })
  .meta({ id: 'WebhookWithSecret' });

export const deliverySchema = z
  .object({
    id,
    message_id: z.string().nullable().meta({ description: 'The `webhook-id` of the call.' }),
    execution_id: id.nullable(),
    refusal: z.string().nullable().meta({ description: 'Why nothing was started.', example: 'signature_mismatch' }),
    detail: z.string().nullable(),
    repeats: z.int().meta({ description: 'How often the same message came again.' }),
    received_at: time,
  })
  .meta({ id: 'WebhookDelivery' });
