/**
 * The registry of agents' tools, safe in a browser. To add one:
 *
 * 1. Add its name to `TOOL_NAMES` in `tool.ts`; the compiler now names each registry that lacks it.
 * 2. Make the folder `<name>/` with `definition.ts` (no Node.js imports), `execute.ts` and `<name>.test.ts`.
 * 3. Register the definition here and in `configured-tool.ts`, the behaviour in `executors.ts`.
 * 4. Add its words to `apps/web/messages/{en,ja}/tools.json`.
 *
 * `tools.test.ts` then holds it to the contract that all tools share.
 */
import { askPersonTool } from './ask_person/definition.ts';
import { calculatorTool } from './calculator/definition.ts';
import { currentTimeTool } from './current_time/definition.ts';
import { databaseQueryTool } from './database_query/definition.ts';
import { fileListTool } from './file_list/definition.ts';
import { fileReadTool } from './file_read/definition.ts';
import { fileWriteTool } from './file_write/definition.ts';
import { graphqlTool } from './graphql/definition.ts';
import { httpRequestTool } from './http_request/definition.ts';
import { mcpTool } from './mcp/definition.ts';
import { runWorkflowTool } from './run_workflow/definition.ts';
import { TOOL_NAMES, type ToolDefinition, type ToolName } from './tool.ts';
import { webSearchTool } from './web_search/definition.ts';
import { websocketTool } from './websocket/definition.ts';

export const TOOL_DEFINITIONS: Record<ToolName, ToolDefinition> = {
  web_search: webSearchTool,
  http_request: httpRequestTool,
  graphql: graphqlTool,
  websocket: websocketTool,
  mcp: mcpTool,
  database_query: databaseQueryTool,
  file_read: fileReadTool,
  file_write: fileWriteTool,
  file_list: fileListTool,
  calculator: calculatorTool,
  current_time: currentTimeTool,
  run_workflow: runWorkflowTool,
  ask_person: askPersonTool,
};

const isToolName = (name: string): name is ToolName => (TOOL_NAMES as readonly string[]).includes(name);

/** `undefined` for a tool this version does not know. */
export const getToolDefinition = (name: string): ToolDefinition | undefined =>
  isToolName(name) ? TOOL_DEFINITIONS[name] : undefined;
