/** What each node type does. The steps for a new type are at the top of `definitions.ts`. */
import { executeAgent } from './agent/execute.ts';
import { executeCalculator } from './calculator/execute.ts';
import { executeCode } from './code/execute.ts';
import { executeCondition } from './condition/execute.ts';
import { executeCoordinator } from './coordinator/execute.ts';
import { executeCurrentTime } from './current_time/execute.ts';
import { executeDatabase } from './database/execute.ts';
import { executeDelay } from './delay/execute.ts';
import { executeEvaluate } from './evaluate/execute.ts';
import { executeFile } from './file/execute.ts';
import { executeGraphql } from './graphql/execute.ts';
import { executeGroup } from './group/execute.ts';
import { executeHttpRequest } from './http_request/execute.ts';
import { executeHuman } from './human/execute.ts';
import { executeInput } from './input/execute.ts';
import { executeLoop } from './loop/execute.ts';
import { executeMap } from './map/execute.ts';
import { executeMcp } from './mcp/execute.ts';
import { executeMerge } from './merge/execute.ts';
import type { Execute, NodeType } from './node-type.ts';
import { executeNote } from './note/execute.ts';
import { executeOutput } from './output/execute.ts';
import { executeRouter } from './router/execute.ts';
import { executeTransform } from './transform/execute.ts';
import { executeWebSearch } from './web_search/execute.ts';
import { executeWebsocket } from './websocket/execute.ts';
import { executeWorkflow } from './workflow/execute.ts';

/** Each takes the config that its own definition's schema gives; `never` is what they all accept. */
export const NODE_EXECUTORS: Record<NodeType, Execute<never>> = {
  input: executeInput,
  output: executeOutput,
  agent: executeAgent,
  coordinator: executeCoordinator,
  condition: executeCondition,
  transform: executeTransform,
  http_request: executeHttpRequest,
  code: executeCode,
  delay: executeDelay,
  router: executeRouter,
  map: executeMap,
  loop: executeLoop,
  merge: executeMerge,
  evaluate: executeEvaluate,
  human: executeHuman,
  workflow: executeWorkflow,
  graphql: executeGraphql,
  websocket: executeWebsocket,
  web_search: executeWebSearch,
  database: executeDatabase,
  file: executeFile,
  mcp: executeMcp,
  calculator: executeCalculator,
  current_time: executeCurrentTime,
  note: executeNote,
  group: executeGroup,
};
