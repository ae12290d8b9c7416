import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES, readJsonBody } from './read-json-body.ts';

const post = (body: BodyInit | null, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  new Request('http://localhost/api/v1/workflows', {
    method: 'POST',
    body,
    headers,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  });

describe('reading a JSON body', () => {
  it('reads JSON, whatever the charset parameter says', async () => {
    expect(await readJsonBody(post('{"a":1}', { 'content-type': 'application/json; charset=utf-8' }))).toEqual({
      a: 1,
    });
    expect(await readJsonBody(post(null))).toBeUndefined();
  });

  it.each([
    ['{"a":', 'bad_request'],
    [new Uint8Array([0x22, 0xff, 0x22]), 'bad_request'],
  ])('refuses what is not JSON', async (body, code) => {
    await expect(readJsonBody(post(body))).rejects.toMatchObject({ code });
  });

  it('refuses another content type', async () => {
    await expect(
      readJsonBody(post('a=1', { 'content-type': 'application/x-www-form-urlencoded' })),
    ).rejects.toMatchObject({
      code: 'unsupported_media_type',
    });
  });

  it('stops reading at the limit when the length is not announced', async () => {
    let sent = 0;
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += chunk.byteLength;
        controller.enqueue(chunk);
      },
    });
    await expect(readJsonBody(post(endless))).rejects.toMatchObject({ code: 'payload_too_large' });
    expect(sent).toBeLessThan(MAX_BODY_BYTES + 4 * chunk.byteLength);
  });

  it('does not read at all when the announced length is over the limit', async () => {
    const request = post('{}', { 'content-type': 'application/json', 'content-length': String(20 * 1024 * 1024) });
    await expect(readJsonBody(request)).rejects.toMatchObject({ code: 'payload_too_large' });
    expect(request.bodyUsed).toBe(false);
  });
});
