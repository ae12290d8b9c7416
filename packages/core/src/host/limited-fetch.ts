import { ExecutionError } from '../engine/execution-errors.ts';

/** The largest body of one response, in bytes. */
export const MAX_RESPONSE_BYTES = 5_000_000;

/**
 * A `fetch` whose responses break off where they get too large, for clients that read a whole body. `onTooLarge` is
 * told as well: a client may not notice why its stream ended.
 */
export const limitedFetch =
  (fetch: typeof globalThis.fetch, url: URL, onTooLarge: (error: ExecutionError) => void): typeof globalThis.fetch =>
  async (input, init) => {
    const response = await fetch(input, init);
    if (!response.body) return response;
    let size = 0;
    const limit = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        size += chunk.byteLength;
        if (size <= MAX_RESPONSE_BYTES) {
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

const tooLarge = (url: URL): ExecutionError =>
  new ExecutionError({
    code: 'output_too_large',
    message: `${url.origin}${url.pathname} answered with more than ${MAX_RESPONSE_BYTES / 1_000_000} MB.`,
    hint: 'Ask for less.',
  });
