import { z } from 'zod';
import { fileEncodingInput, filePathInput, fileSettings } from '../file-fields.ts';
import type { ToolDefinition } from '../tool.ts';

export const fileReadInput = z.strictObject({ path: filePathInput, encoding: fileEncodingInput });
export type FileReadInput = z.output<typeof fileReadInput>;

export const fileReadTool: ToolDefinition<typeof fileReadInput, typeof fileSettings> = {
  name: 'file_read',
  title: 'Read file',
  description: 'Reads one file of this execution.',
  icon: 'FileText',
  input: fileReadInput,
  settings: fileSettings,
  defaults: { folder: '' },
  touches: ['files'],
  isRepeatable: () => true,
};
