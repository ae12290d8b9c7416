import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import { credentialField, MAX_TOOL_TIMEOUT_MS, timeoutField } from '../../tools/setting-fields.ts';
import { headersField } from '../header-fields.ts';
import type { NodeDefinition } from '../node-type.ts';

const EXAMPLE_QUERY = `query Item($id: ID!) {
  item(id: $id) { name price }
}`;

export const graphqlConfig = z.strictObject({
  url: template({
    title: 'URL',
    description: 'The address of the GraphQL endpoint.',
    multiline: false,
    placeholder: 'https://api.example.com/graphql',
  }).min(1, 'give the address of the endpoint'),
  query: template({
    title: 'Query',
    description: 'The GraphQL document. Put data into the variables, not into the text.',
    placeholder: EXAMPLE_QUERY,
  }).min(1, 'give the query'),
  variables: template({
    title: 'Variables',
    description: 'An expression that gives an object, or JSON.',
    placeholder: '{{ { "id": input.id } }}',
  }).default(''),
  operationName: z.string().max(200).default('').meta({
    title: 'Operation',
    description: 'Which operation, if the document has several.',
  }),
  headers: headersField(),
  credential: credentialField('Added to the request by the host: a key never stands in a workflow.'),
  allowMutations: z.boolean().default(false).meta({
    title: 'Allow mutations',
    description: 'Off: only queries are sent.',
  }),
  timeoutMs: timeoutField(),
});
export type GraphqlConfig = z.output<typeof graphqlConfig>;

export const graphqlDefinition: NodeDefinition<typeof graphqlConfig> = {
  type: 'graphql',
  title: 'GraphQL',
  summary: 'Sends a query to a GraphQL endpoint and hands on its data.',
  aliases: ['api', 'query', 'mutation', 'apollo', 'hasura', 'github', 'shopify'],
  category: 'tools',
  icon: 'BrandGraphql',
  config: graphqlConfig,
  defaults: {
    url: 'https://example.com/graphql',
    query: EXAMPLE_QUERY,
    variables: '{{ { "id": input.id } }}',
    operationName: '',
    headers: [],
    credential: '',
    allowMutations: false,
    timeoutMs: 30_000,
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Data' }],
  defaultTimeoutMs: MAX_TOOL_TIMEOUT_MS + 10_000,
};
