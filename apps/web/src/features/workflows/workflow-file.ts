import { z } from 'zod';

/** Tells an exported workflow from any other JSON. */
const EXPORT_FORMAT = 'agentweaver/workflow';

/** The largest file that can be imported, in bytes. */
export const MAX_IMPORT_BYTES = 5 * 1024 * 1024;

const exportSchema = z.object({
  format: z.literal(EXPORT_FORMAT),
  name: z.string(),
  description: z.string().default(''),
  definition: z.unknown(),
});

export type WorkflowFile = { name: string; description: string; definition: unknown };

export const toExportText = ({ name, description, definition }: WorkflowFile): string =>
  `${JSON.stringify({ format: EXPORT_FORMAT, name, description, definition }, null, 2)}\n`;

/** Letters and digits of any script stay; the rest would be trouble in a file name. */
export const exportFileName = (name: string): string =>
  `${name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '') || 'workflow'}.agentweaver.json`;

/**
 * Reads an exported workflow, or a bare definition, named after its file. Undefined when the text is no JSON object;
 * whether the definition is a good one is for the server to say.
 */
export const readWorkflowFile = (text: string, fileName: string): WorkflowFile | undefined => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const exported = exportSchema.safeParse(json);
  if (exported.success) return exported.data;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return { name: fileName.replace(/(\.agentweaver)?\.json$/i, ''), description: '', definition: json };
};
