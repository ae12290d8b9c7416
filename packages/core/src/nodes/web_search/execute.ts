import { webSearchTool } from '../../tools/web_search/definition.ts';
import { executeWebSearch as execute } from '../../tools/web_search/execute.ts';
import type { Execute } from '../node-type.ts';
import { runTool } from '../run-tool.ts';
import type { WebSearchConfig } from './definition.ts';

export const executeWebSearch: Execute<WebSearchConfig> = async (context) => {
  const { query, ...settings } = context.config;
  const input = { query: await context.render(query) };
  return { output: await runTool({ definition: webSearchTool, execute }, { input, settings }, context) };
};
