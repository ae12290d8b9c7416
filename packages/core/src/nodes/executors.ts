/** What each node type does. The steps for a new type are at the top of `definitions.ts`. */
import type { z } from 'zod';
import { agentDefinition } from './agent/definition.ts';
import { executeAgent } from './agent/execute.ts';
import { codeDefinition } from './code/definition.ts';
import { executeCode } from './code/execute.ts';
import { conditionDefinition } from './condition/definition.ts';
import { executeCondition } from './condition/execute.ts';
import { delayDefinition } from './delay/definition.ts';
import { executeDelay } from './delay/execute.ts';
import { httpRequestDefinition } from './http_request/definition.ts';
import { executeHttpRequest } from './http_request/execute.ts';
import { inputDefinition } from './input/definition.ts';
import { executeInput } from './input/execute.ts';
import type { Execute, NodeDefinition, NodeType } from './node-type.ts';
import { outputDefinition } from './output/definition.ts';
import { executeOutput } from './output/execute.ts';
import { transformDefinition } from './transform/definition.ts';
import { executeTransform } from './transform/execute.ts';

/** Parsing here ties each behaviour to its own config type, and lets callers hand over the config as stored. */
const executor =
  <Config extends z.ZodObject>(
    definition: NodeDefinition<Config>,
    execute: Execute<z.output<Config>>,
  ): Execute<unknown> =>
  (context) =>
    execute({ ...context, config: definition.config.parse(context.config) });

export const NODE_EXECUTORS: Record<NodeType, Execute<unknown>> = {
  input: executor(inputDefinition, executeInput),
  output: executor(outputDefinition, executeOutput),
  agent: executor(agentDefinition, executeAgent),
  condition: executor(conditionDefinition, executeCondition),
  transform: executor(transformDefinition, executeTransform),
  http_request: executor(httpRequestDefinition, executeHttpRequest),
  code: executor(codeDefinition, executeCode),
  delay: executor(delayDefinition, executeDelay),
};
