import { z } from 'zod';
import { ExecutionError } from '../engine/execution-errors.ts';
import type { CallContext, Host } from '../host/host.ts';
import type { ImagePart } from '../models/model-call.ts';

/** More than this in one request is refused by every provider we know. */
export const MAX_IMAGES = 20;

const mediaType = z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);
const imageSchema = z.union([z.string().min(1), z.looseObject({ mediaType, data: z.string().min(1).max(7_000_000) })]);

/**
 * Images as a model takes them, from what an expression gave: one or a list of `{ mediaType, data }` (base64), `data:`
 * URLs, and paths of the execution's files, which are read. Nothing and blank text are no image. Throws `node_failed`
 * for anything else, and what reading a file fails with.
 */
export const readImages = async (
  value: unknown,
  { host, nextCall }: { host: Host; nextCall: () => CallContext },
): Promise<ImagePart[]> => {
  const list = (Array.isArray(value) ? value : [value]).filter(
    (one) => one !== null && one !== undefined && one !== '',
  );
  if (list.length > MAX_IMAGES) throw notImages(`There are ${list.length}; at most ${MAX_IMAGES} can be shown.`);
  const images: ImagePart[] = [];
  for (const one of list) {
    const parsed = imageSchema.safeParse(one);
    if (!parsed.success) throw notImages(`Number ${images.length + 1} is neither a path nor { mediaType, data }.`);
    images.push(typeof parsed.data === 'string' ? await readImage(parsed.data, host, nextCall) : asPart(parsed.data));
  }
  return images;
};

const asPart = ({ mediaType, data }: { mediaType: string; data: string }): ImagePart => ({
  type: 'image',
  mediaType,
  data,
});

const readImage = async (text: string, host: Host, nextCall: () => CallContext): Promise<ImagePart> => {
  const inline = /^data:(image\/[a-z]+);base64,(.+)$/.exec(text);
  const { mediaType: type, data } = inline
    ? { mediaType: inline[1] ?? '', data: inline[2] ?? '' }
    : await readFile(text, host, nextCall);
  if (mediaType.safeParse(type).success) return asPart({ mediaType: type, data });
  throw notImages(`“${text.slice(0, 100)}” is ${type}; models take PNG, JPEG, WebP and GIF.`);
};

const readFile = async (path: string, host: Host, nextCall: () => CallContext) => {
  const file = await host.files.read({ path, encoding: 'base64' }, nextCall());
  return { mediaType: file.mediaType, data: file.content };
};

const notImages = (what: string): ExecutionError =>
  new ExecutionError({
    code: 'node_failed',
    message: `The agent’s images cannot be used. ${what}`,
    hint: 'Let the expression give paths of the execution’s files, or objects such as {"mediaType": "image/png", "data": "<base64>"}.',
  });
