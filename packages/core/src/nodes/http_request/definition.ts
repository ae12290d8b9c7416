import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import { credentialField } from '../../tools/setting-fields.ts';
import { headersField } from '../header-fields.ts';
import type { NodeDefinition } from '../node-type.ts';

const MAX_TIMEOUT_MS = 300_000;

export const httpRequestConfig = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']).default('GET').meta({ title: 'Method' }),
  url: template({
    title: 'URL',
    description: 'An http or https address on the public internet.',
    multiline: false,
    placeholder: 'https://api.example.com/items/{{ input.id }}',
  }).min(1, 'give the address to call'),
  query: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200).meta({ title: 'Name' }),
        value: template({ title: 'Value', multiline: false }).default(''),
      }),
    )
    .max(50)
    .default([])
    .meta({
      title: 'Query',
      description: 'Added to the URL and encoded for it.',
    }),
  headers: headersField(),
  body: template({
    title: 'Body',
    description:
      'Sent with POST, PUT, PATCH and DELETE. A single {{ expression }} that gives an object is sent as JSON.',
    placeholder: '{{ { "name": input.name } }}',
  }).default(''),
  credential: credentialField('Added to the request by the host: a key never stands in a workflow.'),
  timeoutMs: z.int().min(100).max(MAX_TIMEOUT_MS).default(30_000).meta({
    title: 'Timeout',
    description: 'How long to wait for the whole response, in milliseconds.',
  }),
  failOnErrorStatus: z.boolean().default(true).meta({
    title: 'Fail on error status',
    description: 'A status of 400 or more fails the step. Off: the response is handed on as it is.',
  }),
});
export type HttpRequestConfig = z.output<typeof httpRequestConfig>;

export const httpRequestDefinition: NodeDefinition<typeof httpRequestConfig> = {
  type: 'http_request',
  title: 'HTTP Request',
  summary: 'Calls a web address and hands on its answer.',
  aliases: ['api', 'rest', 'webhook', 'fetch', 'url', 'get', 'post', 'curl', 'download'],
  category: 'tools',
  icon: 'World',
  config: httpRequestConfig,
  defaults: {
    method: 'GET',
    url: 'https://example.com/',
    query: [],
    headers: [],
    body: '',
    credential: '',
    timeoutMs: 30_000,
    failOnErrorStatus: true,
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  // The config's own timeout limits the request; this only has to be longer.
  defaultTimeoutMs: MAX_TIMEOUT_MS + 10_000,
};
