import { z } from 'zod';
import { credentialField, timeoutField, webAddressField } from '../setting-fields.ts';
import type { ToolDefinition } from '../tool.ts';
import { hasMutation } from './has-mutation.ts';

export const graphqlSettings = z.strictObject({
  url: webAddressField({
    title: 'URL',
    description: 'The address of the GraphQL endpoint.',
    placeholder: 'https://api.example.com/graphql',
  }),
  credential: credentialField('Added to each request by the host.'),
  allowMutations: z.boolean().default(false).meta({
    title: 'Allow mutations',
    description: 'Off: only queries are sent.',
  }),
  timeoutMs: timeoutField(),
});
export type GraphqlSettings = z.output<typeof graphqlSettings>;

export const graphqlInput = z.strictObject({
  query: z.string().trim().min(1).max(100_000).meta({ description: 'The GraphQL document.' }),
  variables: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ description: 'Values of the variables of the document.' }),
  operationName: z.string().max(200).optional().meta({ description: 'Which operation, if the document has several.' }),
});
export type GraphqlInput = z.output<typeof graphqlInput>;

export const graphqlTool: ToolDefinition<typeof graphqlInput, typeof graphqlSettings> = {
  name: 'graphql',
  title: 'GraphQL',
  description:
    'Sends a query to a GraphQL endpoint and gives its data. Query __schema first if you do not know its types.',
  icon: 'BrandGraphql',
  input: graphqlInput,
  settings: graphqlSettings,
  defaults: { url: '', credential: '', allowMutations: false, timeoutMs: 30_000 },
  touches: ['network'],
  isRepeatable: ({ query }) => !hasMutation(query),
  tell: ({ url, allowMutations }) => `Endpoint: ${url.split('?')[0]}.${allowMutations ? '' : ' Queries only.'}`,
};
