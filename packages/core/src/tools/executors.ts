/** What each tool does. The steps for a new tool are at the top of `tools.ts`. */
import { executeAskPerson } from './ask_person/execute.ts';
import { executeCalculator } from './calculator/execute.ts';
import { executeCurrentTime } from './current_time/execute.ts';
import { executeDatabaseQuery } from './database_query/execute.ts';
import { executeFileList } from './file_list/execute.ts';
import { executeFileRead } from './file_read/execute.ts';
import { executeFileWrite } from './file_write/execute.ts';
import { executeGraphql } from './graphql/execute.ts';
import { executeHttpTool } from './http_request/execute.ts';
import { executeMcp } from './mcp/execute.ts';
import { executeRunWorkflow } from './run_workflow/execute.ts';
import type { ExecuteTool, ToolName } from './tool.ts';
import { executeWebSearch } from './web_search/execute.ts';
import { executeWebsocket } from './websocket/execute.ts';

/** Each takes what its own definition's schemas give; `never` is what they all accept. */
export const TOOL_EXECUTORS: Record<ToolName, ExecuteTool<never, never>> = {
  web_search: executeWebSearch,
  http_request: executeHttpTool,
  graphql: executeGraphql,
  websocket: executeWebsocket,
  mcp: executeMcp,
  database_query: executeDatabaseQuery,
  file_read: executeFileRead,
  file_write: executeFileWrite,
  file_list: executeFileList,
  calculator: executeCalculator,
  current_time: executeCurrentTime,
  run_workflow: executeRunWorkflow,
  ask_person: executeAskPerson,
};
