import { z } from 'zod';

/** In bytes, before base64. */
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** Relative, with `/`, without `.` and `..`. */
export const filePathSchema = z
  .string()
  .min(1)
  .max(500)
  .refine(
    (path) => !/[\\\0]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'must be a relative path such as reports/summary.md',
  );

const encoding = z.enum(['utf8', 'base64']).default('utf8');

/** The files of one execution: what a step writes, later steps read, and people download. */
export const fileReadSchema = z.object({ path: filePathSchema, encoding });
export const fileContentSchema = z.object({
  path: z.string(),
  content: z.string(),
  encoding: z.enum(['utf8', 'base64']),
  mediaType: z.string(),
  /** Bytes. */
  size: z.int(),
});
export const fileWriteSchema = z.object({
  path: filePathSchema,
  content: z.string().max(MAX_FILE_BYTES * 1.4),
  encoding,
  /** Told by the name's ending when absent. */
  mediaType: z.string().max(200).optional(),
  /** Otherwise it replaces what is there. */
  append: z.boolean().default(false),
});
export const fileEntrySchema = z.object({ path: z.string(), size: z.int(), mediaType: z.string() });
export const fileListSchema = z.object({ /** Paths begin with it. */ prefix: z.string().max(500).default('') });

export type FilesPort<Call> = {
  /** Rejects with `file_failed` when there is none. */
  read(request: z.input<typeof fileReadSchema>, call: Call): Promise<z.output<typeof fileContentSchema>>;
  write(request: z.input<typeof fileWriteSchema>, call: Call): Promise<z.output<typeof fileEntrySchema>>;
  list(request: z.input<typeof fileListSchema>, call: Call): Promise<z.output<typeof fileEntrySchema>[]>;
};
