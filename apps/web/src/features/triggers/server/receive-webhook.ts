import { AppError, isAppError } from '@agentweaver/core/errors/app-error';
import { isMessageId, type SignatureProblem, signatureProblem } from '@agentweaver/core/webhooks/signature';
import type { PrismaClient, Webhook } from '@agentweaver/db/generated/client';
import { startExecution } from '@agentweaver/db/start-execution';
import { readInputCheck } from '@agentweaver/db/trigger-workflow';
import { TUNABLES } from '@agentweaver/db/tunables';
import { findDelivery, noteDelivery } from '@agentweaver/db/webhook-delivery-store';
import { openWebhookSecret, webhookNotFound } from '@agentweaver/db/webhook-store';
import { clientIp } from '../../../server/client-ip.ts';
import { getEnv } from '../../../server/env.ts';
import { log } from '../../../server/log.ts';
import { enforceLimit, type LimitState } from '../../../server/rate-limit.ts';
import type { Services } from '../../../server/services.ts';
import { problemWithStatus } from '../../rest/server/problem-response.ts';
import { readLimited } from '../../rest/server/read-json-body.ts';
import { answerStarted } from './answer-webhook.ts';
import { fitInput } from './webhook-input.ts';
import { readPayload } from './webhook-payload.ts';
import { keepRefusal, WebhookRefusal } from './webhook-refusal.ts';

/** How exact `last used` is; a write for each call would make one row a bottleneck. */
const LAST_USED_EVERY_MS = 60_000;

const SIGNATURE_MESSAGES: Record<SignatureProblem, string> = {
  missing: 'This webhook takes signed calls: send webhook-id, webhook-timestamp and webhook-signature.',
  id: 'The webhook-id must be plain text without dots and spaces, at most 200 characters.',
  timestamp: 'The webhook-timestamp must be the time in seconds since 1970.',
  too_old: 'The webhook-timestamp is more than five minutes old. Sign each call anew.',
  too_new: 'The webhook-timestamp is more than five minutes ahead. Set the clock of the sender.',
  mismatch: 'The signature is not right for this id, time and body.',
};

type ReceiveInput = {
  request: Request;
  token: string;
  requestId: string;
  noteLimit: (state: LimitState) => void;
};

/**
 * One call of a webhook: checks it, starts the workflow, answers. The same message, by its `webhook-id`, gets the answer of
 * its first delivery and starts nothing.
 */
export const receiveWebhook = async (
  services: Services,
  { request, token, requestId, noteLimit }: ReceiveInput,
): Promise<Response> => {
  const { prisma } = services;
  const webhook = await prisma.webhook.findUnique({ where: { token } });
  if (!webhook) {
    await enforceLimit('webhook_refused', clientIp(request.headers));
    throw webhookNotFound();
  }
  noteLimit(await enforceLimit('webhook', webhook.id));
  let started: { executionId: string; replayed: boolean };
  try {
    started = await accept(services, { webhook, request });
  } catch (error) {
    await keepRefusal(prisma, { webhookId: webhook.id, headers: request.headers, error });
    if (error instanceof WebhookRefusal && error.refusal === 'switched_off') {
      return problemWithStatus({ error, status: 410, requestId });
    }
    throw error;
  }
  return answerStarted(services, { webhook, ...started, requestId, signal: request.signal });
};

const accept = async (
  services: Services,
  { webhook, request }: { webhook: Webhook; request: Request },
): Promise<{ executionId: string; replayed: boolean }> => {
  if (!webhook.enabled) throw new WebhookRefusal('switched_off', 'not_found', 'This webhook is switched off.');
  const body = await readLimited(request, TUNABLES.maxInputBytes);
  const deliveryId = await authenticate(webhook, { request, body });
  return startOnce(services, { webhook, request, body, deliveryId });
};

/** The id of the message; an unsigned call may go without, and is then never recognised again. */
const authenticate = async (
  webhook: Webhook,
  { request, body }: { request: Request; body: Uint8Array },
): Promise<string | undefined> => {
  const { headers } = request;
  if (webhook.signed) {
    const secret = openWebhookSecret({ masterKey: getEnv().AGENTWEAVER_MASTER_KEY }, webhook);
    const problem = signatureProblem(secret, { headers, body, now: new Date() });
    if (problem) {
      await enforceLimit('webhook_refused', clientIp(headers));
      throw new WebhookRefusal(`signature_${problem}`, 'unauthorized', SIGNATURE_MESSAGES[problem]);
    }
  }
  const id = headers.get('webhook-id');
  if (id === null) return undefined;
  if (!isMessageId(id)) throw new AppError('bad_request', { publicMessage: SIGNATURE_MESSAGES.id });
  return id;
};

type Call = { webhook: Webhook; request: Request; body: Uint8Array<ArrayBuffer>; deliveryId: string | undefined };

const startOnce = async (
  { prisma, queue }: Services,
  { webhook, request, body, deliveryId }: Call,
): Promise<{ executionId: string; replayed: boolean }> => {
  const { id: webhookId, workspaceId, workflowId } = webhook;
  const delivery = deliveryId === undefined ? undefined : { webhookId, deliveryId };
  const earlier = delivery && (await findDelivery(prisma, delivery));
  if (earlier) return { executionId: earlier, replayed: true };

  const payload = await readPayload(body, request.headers.get('content-type'));
  const { nodes, check } = await readInputCheck(prisma, webhook);
  const input = fitInput(nodes, check, { payload, headers: request.headers, url: new URL(request.url) });
  const started = await startExecution(
    { prisma, queue, onEnqueueError },
    {
      workspaceId,
      workflowId,
      source: 'latest',
      input,
      trigger: 'webhook',
      webhookId,
      // Two deliveries at once, and one that comes again after days: the execution itself knows its message.
      idempotencyKey: deliveryId === undefined ? undefined : `webhook:${webhookId}:${deliveryId}`,
    },
  ).catch((error: unknown) => {
    throw inBodyFields(error);
  });
  await noteDelivery(prisma, { webhookId, deliveryId, executionId: started.id });
  await noteUse(prisma, webhook);
  return { executionId: started.id, replayed: started.replayed };
};

/** The use case speaks of `input`; the caller knows its body. */
const inBodyFields = (error: unknown): unknown => {
  if (!isAppError(error) || error.problems.length === 0) return error;
  const problems = error.problems.map(({ field, message }) => ({
    field: field.replace(/^input(?=\.|$)/, 'body'),
    message,
  }));
  const { code, publicMessage, retryAfterSeconds } = error;
  return new AppError(code, { publicMessage, problems, retryAfterSeconds, cause: error });
};

const noteUse = async (prisma: PrismaClient, { id, lastUsedAt }: Webhook, now = new Date()): Promise<void> => {
  if (lastUsedAt && now.getTime() - lastUsedAt.getTime() < LAST_USED_EVERY_MS) return;
  await prisma.webhook.updateMany({ where: { id }, data: { lastUsedAt: now } });
};

/** The execution is stored and the sweeper queues it within seconds, so the call is not refused. */
const onEnqueueError = (error: unknown, executionId: string): void =>
  log.error({ err: error, executionId }, 'an execution could not be queued at once');
