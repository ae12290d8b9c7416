import { z } from 'zod';

/** An agent's file tools see one folder of the execution's files. */
export const fileSettings = z.strictObject({
  folder: z
    .string()
    .max(400)
    .regex(
      /^(?:(?!\.{1,2}(?:\/|$))[^/\\\0]+(?:\/(?!\.{1,2}(?:\/|$))[^/\\\0]+)*)?$/,
      'must be a folder such as reports, without / at its ends',
    )
    .default('')
    .meta({
      title: 'Folder',
      description: 'Only files inside it; paths are told from it. Empty: all files of the execution.',
      placeholder: 'reports',
    }),
});
export type FileSettings = z.output<typeof fileSettings>;

export const filePathInput = z
  .string()
  .min(1)
  .max(500)
  .meta({ description: 'A relative path with /, such as summary.md.' });

export const fileEncodingInput = z
  .enum(['utf8', 'base64'])
  .default('utf8')
  .meta({ description: 'utf8 for text, base64 for anything else.' });

/** What a path of the tool is among the execution's files. */
export const inFolder = ({ folder }: FileSettings, path: string): string =>
  folder === '' ? path : `${folder}/${path}`;
