import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { NodeDefinition } from '../node-type.ts';

export const fileConfig = z.strictObject({
  operation: z.enum(['read', 'write', 'list']).default('read').meta({
    title: 'Does',
    description: 'Files belong to one run: steps share them, and people download them from the run’s page.',
  }),
  path: template({
    title: 'Path',
    description: 'Relative, with /. When listing: what the paths begin with; empty lists all.',
    multiline: false,
    placeholder: 'reports/{{ input.customer }}.md',
  }).default(''),
  content: template({
    title: 'Content',
    description: 'What to write. A single {{ expression }} that gives no text is written as JSON.',
    visibleWhen: { field: 'operation', equals: 'write' },
  }).default(''),
  append: z
    .boolean()
    .default(false)
    .meta({
      title: 'Append',
      description: 'Adds to the end. Off: replaces what is there.',
      visibleWhen: { field: 'operation', equals: 'write' },
    }),
  encoding: z
    .enum(['utf8', 'base64'])
    .default('utf8')
    .meta({
      title: 'Encoding',
      description: 'utf8 for text. base64 for anything else: the content is then base64.',
      visibleWhen: { field: 'operation', equals: ['read', 'write'] },
    }),
});
export type FileConfig = z.output<typeof fileConfig>;

export const fileDefinition: NodeDefinition<typeof fileConfig> = {
  type: 'file',
  title: 'File',
  summary: 'Reads, writes or lists files of the run.',
  aliases: ['read', 'write', 'save', 'document', 'csv', 'report', 'download', 'list', 'folder'],
  category: 'data',
  icon: 'FileText',
  config: fileConfig,
  defaults: { operation: 'write', path: 'result.md', content: '{{ previous }}', append: false, encoding: 'utf8' },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  defaultTimeoutMs: 60_000,
};
