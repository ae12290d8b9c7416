import { z } from 'zod';
import { MAX_FILE_BYTES } from '../../host/ports/files.ts';
import { fileEncodingInput, filePathInput, fileSettings } from '../file-fields.ts';
import type { ToolDefinition } from '../tool.ts';

export const fileWriteInput = z.strictObject({
  path: filePathInput,
  content: z.string().max(MAX_FILE_BYTES * 1.4),
  encoding: fileEncodingInput,
  append: z.boolean().default(false).meta({ description: 'Adds to the end instead of replacing the file.' }),
});
export type FileWriteInput = z.output<typeof fileWriteInput>;

export const fileWriteTool: ToolDefinition<typeof fileWriteInput, typeof fileSettings> = {
  name: 'file_write',
  title: 'Write file',
  description: 'Writes one file of this execution. Later steps can read it and people can download it.',
  icon: 'FilePencil',
  input: fileWriteInput,
  settings: fileSettings,
  defaults: { folder: '' },
  touches: ['files'],
  isRepeatable: ({ append }) => !append,
};
