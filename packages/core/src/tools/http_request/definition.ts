import { z } from 'zod';
import { credentialField, isWebAddress, timeoutField } from '../setting-fields.ts';
import type { ToolDefinition } from '../tool.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** HTTP promises of these that a second one changes nothing more. */
const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

const httpToolFields = z.strictObject({
  allowed: z.enum(['read', 'write']).default('read').meta({
    title: 'May',
    description: 'read: GET and HEAD only. write: POST, PUT, PATCH and DELETE as well.',
  }),
  baseUrl: z.string().max(2_000).default('').meta({
    title: 'Address',
    description: 'Only addresses that begin with it may be called. Needed with a credential. Empty: any.',
    placeholder: 'https://api.example.com/v1',
  }),
  credential: credentialField('Added to each request by the host; the model never sees it.'),
  timeoutMs: timeoutField(),
});
/** A model chooses the address: without a limit the key would go wherever it likes. */
export const httpToolSettings = httpToolFields.superRefine(({ baseUrl, credential }, check) => {
  const refuse = (message: string) => check.addIssue({ code: 'custom', path: ['baseUrl'], message });
  if (baseUrl.trim() !== '' && !isWebAddress(baseUrl)) refuse('must be a whole address, beginning with http or https');
  if (baseUrl.trim() === '' && credential.trim() !== '') refuse('is missing: say where the credential may be sent');
});
export type HttpToolSettings = z.output<typeof httpToolSettings>;

export const httpToolInput = z.strictObject({
  method: z.enum(METHODS).default('GET'),
  url: z.string().min(1).max(8_192).meta({ description: 'The whole address, beginning with http or https.' }),
  headers: z
    .record(z.string().max(200), z.string().max(8_000))
    .default({})
    .meta({ description: 'Header names and values.' }),
  body: z.unknown().optional().meta({ description: 'Sent with POST, PUT, PATCH and DELETE. Text, or any JSON value.' }),
});
export type HttpToolInput = z.output<typeof httpToolInput>;

export const httpRequestTool: ToolDefinition<typeof httpToolInput, typeof httpToolSettings> = {
  name: 'http_request',
  title: 'HTTP Request',
  description: 'Calls a web address and gives its answer: status, headers and body. JSON is parsed.',
  icon: 'World',
  input: httpToolInput,
  settings: httpToolSettings,
  defaults: { allowed: 'read', baseUrl: '', credential: '', timeoutMs: 30_000 },
  touches: ['network'],
  isRepeatable: ({ method }) => REPEATABLE.has(method),
  tell: ({ allowed, baseUrl }) =>
    [allowed === 'read' ? 'Only GET and HEAD.' : '', baseUrl ? `Only addresses that begin with ${baseUrl}.` : '']
      .join(' ')
      .trim(),
};
