import { z } from 'zod';
import { fileSettings } from '../file-fields.ts';
import type { ToolDefinition } from '../tool.ts';

export const fileListInput = z.strictObject({
  prefix: z.string().max(500).default('').meta({ description: 'Only paths that begin with it.' }),
});
export type FileListInput = z.output<typeof fileListInput>;

export const fileListTool: ToolDefinition<typeof fileListInput, typeof fileSettings> = {
  name: 'file_list',
  title: 'List files',
  description: 'Lists the files of this execution with path, size in bytes and media type.',
  icon: 'Files',
  input: fileListInput,
  settings: fileSettings,
  defaults: { folder: '' },
  touches: ['files'],
  isRepeatable: () => true,
};
