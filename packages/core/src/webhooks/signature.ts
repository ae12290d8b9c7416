import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Signed webhooks by the Standard Webhooks scheme: the sender signs id, time and body with a shared secret, in the headers
 * `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature` (`v1,<base64>`, several separated by spaces).
 */

/** A message whose time is further away than this, before or after, is refused. */
export const SIGNATURE_TOLERANCE_MS = 5 * 60_000;

const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;
const MAX_ID_LENGTH = 200;
/** A sender that changes its secret may sign with both. */
const MAX_SIGNATURES = 10;

export type SignatureHeaders = {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
};

export type SignatureProblem = 'missing' | 'id' | 'timestamp' | 'too_old' | 'too_new' | 'mismatch';

export const createWebhookSecret = (): string => `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;

type Message = { id: string /** In seconds. */; timestamp: number; body: Uint8Array | string };

const digest = (secret: string, { id, timestamp, body }: Message): Buffer =>
  createHmac('sha256', Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest();

/** The headers of a message. */
export const signWebhook = (secret: string, message: Message): SignatureHeaders => ({
  'webhook-id': message.id,
  'webhook-timestamp': String(message.timestamp),
  'webhook-signature': `v1,${digest(secret, message).toString('base64')}`,
});

/** With a dot in it, one signed message could be read as another. */
export const isMessageId = (id: string): boolean => id.length <= MAX_ID_LENGTH && /^[!-\-/-~]+$/.test(id);

/** `undefined` when the secret's owner has signed this very message not long ago. Compares in constant time. */
export const signatureProblem = (
  secret: string,
  { headers, body, now }: { headers: Pick<Headers, 'get'>; body: Uint8Array | string; now: Date },
): SignatureProblem | undefined => {
  const id = headers.get('webhook-id');
  const time = headers.get('webhook-timestamp');
  const signatures = headers.get('webhook-signature');
  if (!id || !time || !signatures) return 'missing';
  if (!isMessageId(id)) return 'id';
  if (!/^\d{1,12}$/.test(time)) return 'timestamp';
  const timestamp = Number(time);
  const age = now.getTime() - timestamp * 1_000;
  if (age > SIGNATURE_TOLERANCE_MS) return 'too_old';
  if (age < -SIGNATURE_TOLERANCE_MS) return 'too_new';
  // What was signed is the text as it was sent, zeros in front and all; only the plain form is taken.
  if (String(timestamp) !== time) return 'timestamp';
  const expected = digest(secret, { id, timestamp, body });
  const matches = signatures
    .split(' ')
    .slice(0, MAX_SIGNATURES)
    .map((signature) => Buffer.from(/^v1,([A-Za-z0-9+/]+=*)$/.exec(signature)?.[1] ?? '', 'base64'))
    .filter((given) => given.length === expected.length && timingSafeEqual(given, expected));
  return matches.length > 0 ? undefined : 'mismatch';
};
