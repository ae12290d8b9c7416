import { AppError } from '@agentweaver/core/errors/app-error';

/** The largest body, in bytes: a definition of 1,000 nodes fits several times. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

const tooLarge = (limit: number): AppError =>
  new AppError('payload_too_large', { publicMessage: `The body may have at most ${limit / 1024 / 1024} MiB.` });

/** Stops at the limit, in bytes, so that a body that lies about its length, or does not tell, costs no more than that. */
export const readLimited = async (request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> => {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > limit) {
      await reader?.cancel();
      throw tooLarge(limit);
    }
    chunks.push(part.value);
  }
  return Uint8Array.from(Buffer.concat(chunks));
};

/** The JSON of a request's body; `undefined` for an empty one. Refusals: 413, 415, 400. */
export const readJsonBody = async (request: Request): Promise<unknown> => {
  const bytes = await readLimited(request, MAX_BODY_BYTES);
  if (bytes.byteLength === 0) return undefined;
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(type)) {
    throw new AppError('unsupported_media_type', {
      publicMessage: 'Send JSON, with the header Content-Type: application/json.',
    });
  }
  return parseJson(decodeUtf8(bytes));
};

export const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('bad_request', { publicMessage: 'The body is not UTF-8.', cause });
  }
};

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw new AppError('bad_request', { publicMessage: `The body is not JSON: ${reason.slice(0, 200)}`, cause });
  }
};
