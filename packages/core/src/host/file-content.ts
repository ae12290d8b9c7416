import type { z } from 'zod';
import { ExecutionError } from '../engine/execution-errors.ts';
import { type fileContentSchema, filePathSchema, type fileWriteSchema, MAX_FILE_BYTES } from './ports/files.ts';

/** What a file port does with bytes, the same wherever they are kept. */

export const checkFilePath = (path: string): string => {
  const checked = filePathSchema.safeParse(path);
  if (checked.success) return checked.data;
  throw new ExecutionError({
    code: 'file_failed',
    message: `"${path.slice(0, 200)}" cannot name a file: it ${checked.error.issues[0]?.message ?? 'is no path'}.`,
    hint: 'Write a relative path with / and without . or .., such as reports/summary.md.',
  });
};

/** The bytes that a write brings; refuses too many. */
export const bytesToWrite = (request: z.input<typeof fileWriteSchema>, before: Uint8Array): Buffer => {
  const added = Buffer.from(request.content, request.encoding === 'base64' ? 'base64' : 'utf8');
  const bytes = request.append ? Buffer.concat([before, added]) : added;
  if (bytes.byteLength > MAX_FILE_BYTES) {
    throw new ExecutionError({
      code: 'output_too_large',
      message: `The file ${request.path} would have ${bytes.byteLength} bytes; ${MAX_FILE_BYTES} is the limit.`,
      hint: 'Write less, or several files.',
    });
  }
  return bytes;
};

export const fileContent = (
  { path, encoding = 'utf8' }: { path: string; encoding?: 'utf8' | 'base64' | undefined },
  bytes: Uint8Array,
  mediaType: string,
): z.output<typeof fileContentSchema> => ({
  path,
  content: encoding === 'base64' ? Buffer.from(bytes).toString('base64') : decodeText(path, bytes),
  encoding,
  mediaType,
  size: bytes.byteLength,
});

const decodeText = (path: string, bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ExecutionError(
      {
        code: 'file_failed',
        message: `The file ${path} is not text.`,
        hint: 'Read it as base64.',
      },
      { cause },
    );
  }
};

export const noSuchFile = (path: string): ExecutionError =>
  new ExecutionError({
    code: 'file_failed',
    message: `There is no file ${path}.`,
    hint: 'Check the path: a step before this one has to write it.',
  });
