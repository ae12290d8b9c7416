import { AppError, type AppErrorCode, isAppError } from '@agentweaver/core/errors/app-error';
import type { SignatureProblem } from '@agentweaver/core/webhooks/signature';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { noteRefusal } from '@agentweaver/db/webhook-delivery-store';
import { log } from '../../../server/log.ts';
import { takeFromLimit } from '../../../server/rate-limit.ts';

/** A refusal that people tell apart by more than its code. */
export class WebhookRefusal extends AppError {
  readonly refusal: `signature_${SignatureProblem}` | 'switched_off';

  constructor(refusal: WebhookRefusal['refusal'], code: AppErrorCode, publicMessage: string) {
    super(code, { publicMessage });
    this.refusal = refusal;
  }
}

/**
 * Writes down why a call started nothing, for whoever set up its sender. Of a sender that goes wrong all the time only
 * some: what it does not write costs nothing.
 */
export const keepRefusal = async (
  prisma: PrismaClient,
  { webhookId, headers, error }: { webhookId: string; headers: Headers; error: unknown },
): Promise<void> => {
  if (!isAppError(error) || error.code === 'rate_limited') return;
  const fields = error.problems.map(({ field, message }) => `${field}: ${message}`);
  try {
    if (!(await takeFromLimit('webhook_refusal_kept', webhookId)).allowed) return;
    await noteRefusal(prisma, {
      webhookId,
      deliveryId: headers.get('webhook-id') ?? undefined,
      refusal: error instanceof WebhookRefusal ? error.refusal : error.code,
      detail: [error.publicMessage, ...fields].join(' '),
    });
  } catch (cause) {
    // The caller is refused all the same.
    log.warn({ err: cause, webhookId }, 'a refused webhook call could not be written down');
  }
};
