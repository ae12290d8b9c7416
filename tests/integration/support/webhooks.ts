import { randomUUID } from 'node:crypto';
import { signWebhook } from '@agentweaver/core/webhooks/signature';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createWebhook, type WebhookValues } from '@agentweaver/db/webhook-store';
import { postHook } from '../../../apps/web/src/features/triggers/server/hook-route.ts';
import { getEnv } from '../../../apps/web/src/server/env.ts';

export type TestWebhook = { id: string; token: string; secret: string; workflowId: string };

export const addWebhook = async (
  prisma: PrismaClient,
  {
    owner: { workspaceId, userId },
    workflowId,
    ...changes
  }: { owner: { workspaceId: string; userId: string }; workflowId: string } & Partial<WebhookValues>,
): Promise<TestWebhook> => {
  const { webhook, secret } = await createWebhook(prisma, {
    actor: { workspaceId, userId },
    workflowId,
    values: { name: 'Orders', signed: true, response: 'immediate', enabled: true, ...changes },
    masterKey: getEnv().AGENTWEAVER_MASTER_KEY,
  });
  return { id: webhook.id, token: webhook.token, secret: secret ?? '', workflowId };
};

export type HookCall = {
  body?: string | Uint8Array<ArrayBuffer> | FormData;
  /** What is signed, if another than what is sent. */
  signedBody?: string;
  id?: string;
  /** Ms before now at which it was signed. */
  ageMs?: number;
  secret?: string;
  signed?: boolean;
  headers?: Record<string, string | undefined>;
  query?: string;
  signal?: AbortSignal;
};

/** Calls a webhook as a sender would, signed with its secret unless told otherwise. */
export const callHook = async ({ token, secret }: Pick<TestWebhook, 'token' | 'secret'>, call: HookCall = {}) => {
  const { body = '{"name":"Ada"}', id = randomUUID(), ageMs = 0, signed = true, headers = {}, query = '' } = call;
  const timestamp = Math.floor((Date.now() - ageMs) / 1_000);
  const text = call.signedBody ?? (body instanceof FormData ? '' : body);
  const signature = signed ? signWebhook(call.secret ?? secret, { id, timestamp, body: text }) : {};
  const type = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
  const given = Object.entries({ ...type, ...signature, ...headers });
  const request = new Request(`http://localhost/api/hooks/${token}${query}`, {
    method: 'POST',
    headers: given.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
    body,
    signal: call.signal,
  });
  const response = await postHook(request, { params: Promise.resolve({ token }) });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as {
      execution_id?: string;
      status?: string | number;
      results?: unknown;
      code?: string;
      detail?: string;
      errors?: { field: string; message: string }[];
    },
  };
};
