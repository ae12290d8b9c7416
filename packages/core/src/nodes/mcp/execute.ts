import { mcpTool } from '../../tools/mcp/definition.ts';
import { executeMcp as execute } from '../../tools/mcp/execute.ts';
import { evaluateObject } from '../evaluate-object.ts';
import type { Execute } from '../node-type.ts';
import { runTool } from '../run-tool.ts';
import type { McpConfig } from './definition.ts';

export const executeMcp: Execute<McpConfig> = async (context) => {
  const { url, credential, timeoutMs } = context.config;
  const input = {
    tool: (await context.render(context.config.tool)).trim(),
    arguments: await evaluateObject({ field: 'arguments', text: context.config.arguments }, context),
  };
  const settings = { url, credential, timeoutMs, tools: [] };
  return { output: await runTool({ definition: mcpTool, execute }, { input, settings }, context) };
};
