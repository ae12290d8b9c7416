import { graphqlTool } from '../../tools/graphql/definition.ts';
import { executeGraphql as execute } from '../../tools/graphql/execute.ts';
import { cleanHeaders } from '../../tools/send-http.ts';
import { orAbsent } from '../../tools/setting-fields.ts';
import { evaluateObject } from '../evaluate-object.ts';
import { renderHeaders } from '../header-fields.ts';
import type { Execute } from '../node-type.ts';
import { runTool } from '../run-tool.ts';
import type { GraphqlConfig } from './definition.ts';

export const executeGraphql: Execute<GraphqlConfig> = async (context) => {
  const { config, render } = context;
  const { credential, allowMutations, timeoutMs } = config;
  const url = await render(config.url);
  const headers = cleanHeaders(await renderHeaders(config.headers, context), true);
  const input = {
    query: await render(config.query),
    variables: await evaluateObject({ field: 'variables', text: config.variables }, context),
    operationName: orAbsent(config.operationName),
  };
  const settings = { url, credential, allowMutations, timeoutMs, headers };
  return { output: await runTool({ definition: graphqlTool, execute }, { input, settings }, context) };
};
