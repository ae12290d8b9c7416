import { AppError } from '@agentweaver/core/errors/app-error';
import { decodeUtf8, parseJson } from '../../rest/server/read-json-body.ts';

/** What a call carries, before it is fitted to a workflow. */
export type WebhookPayload = {
  /** JSON as it is, a form as an object of texts (a list for what comes twice), plain text as `{ text }`. */
  value: unknown;
  /** The fields of a form are texts all; numbers and yes or no are read from them where the workflow asks for these. */
  isForm: boolean;
};

const mediaTypeOf = (contentType: string): string => contentType.split(';')[0]?.trim().toLowerCase() ?? '';

/** By the content type; without one, JSON if it is. Refusals: 400 for a body that is not what it says it is, 415. */
export const readPayload = async (
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string | null,
): Promise<WebhookPayload> => {
  const type = mediaTypeOf(contentType ?? '');
  if (bytes.byteLength === 0) return { value: {}, isForm: false };
  if (type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)) {
    return { value: parseJson(decodeUtf8(bytes)), isForm: false };
  }
  if (type === 'application/x-www-form-urlencoded') {
    return { value: collect(new URLSearchParams(decodeUtf8(bytes))), isForm: true };
  }
  if (type === 'multipart/form-data') return { value: collect(await readMultipart(bytes, contentType)), isForm: true };
  if (type.startsWith('text/')) return { value: { text: decodeUtf8(bytes) }, isForm: false };
  if (type !== '') {
    throw new AppError('unsupported_media_type', { publicMessage: 'Send JSON, a form or plain text.' });
  }
  const text = decodeUtf8(bytes);
  try {
    return { value: JSON.parse(text), isForm: false };
  } catch {
    return { value: { text }, isForm: false };
  }
};

const readMultipart = async (bytes: Uint8Array<ArrayBuffer>, contentType: string | null): Promise<FormData> => {
  try {
    return await new Response(bytes, { headers: { 'Content-Type': contentType ?? '' } }).formData();
  } catch (cause) {
    throw new AppError('bad_request', { publicMessage: 'The body is not a readable form.', cause });
  }
};

const collect = (form: FormData | URLSearchParams): Record<string, string | string[]> => {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of form) {
    if (typeof value !== 'string') {
      throw new AppError('unsupported_media_type', { publicMessage: 'Files are not taken; send texts.' });
    }
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(fields);
};
