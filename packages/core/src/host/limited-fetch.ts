import { ExecutionError } from '../engine/execution-errors.ts';

/** What one connection may receive, all its responses together, in bytes. */
export const MAX_RECEIVED_BYTES = 5_000_000;

/**
 * A `fetch` for one connection whose responses break off where they get too large, for clients that read a whole body.
 * `onTooLarge` is told as well: a client may not notice why its stream ended.
 */
export const limitedFetch = (
  fetch: typeof globalThis.fetch,
  url: URL,
  onTooLarge: (error: ExecutionError) => void,
): typeof globalThis.fetch => {
  // Of all responses: a server may hand out what it has in as many pages as it likes.
  let size = 0;
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.body) return response;
    const limit = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        size += chunk.byteLength;
        if (size <= MAX_RECEIVED_BYTES) {
          controller.enqueue(chunk);
          return;
        }
        const error = tooLarge(url);
        onTooLarge(error);
        controller.error(error);
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(limit), { status, statusText, headers });
  };
};

const tooLarge = (url: URL): ExecutionError =>
  new ExecutionError({
    code: 'output_too_large',
    message: `${url.origin}${url.pathname} answered with more than ${MAX_RECEIVED_BYTES / 1_000_000} MB.`,
    hint: 'Ask for less.',
  });
