import { MAX_CRON_LENGTH } from '@agentweaver/core/schedule/cron';
import { z } from 'zod';
import { MAX_TRIGGER_NAME, WEBHOOK_RESPONSES } from '../trigger-view.ts';

const triggerName = z.string().trim().min(1).max(MAX_TRIGGER_NAME);

export const cronFields = {
  cron: z.string().trim().min(1).max(MAX_CRON_LENGTH),
  timezone: z.string().trim().min(1).max(64),
};

export const scheduleInput = z.object({
  name: triggerName,
  ...cronFields,
  input: z.unknown(),
  enabled: z.boolean(),
  skipIfRunning: z.boolean(),
});

export const webhookInput = z.object({
  name: triggerName,
  signed: z.boolean(),
  response: z.enum(WEBHOOK_RESPONSES),
  enabled: z.boolean(),
});

export const triggerPage = z.object({
  workflowId: z.uuid().optional(),
  cursor: z.uuid().nullish(),
  limit: z.int().min(1).max(100).default(50),
});

export const byId = z.object({ id: z.uuid() });
