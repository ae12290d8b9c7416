/**
 * The node type registry, safe in a browser. To add a node type:
 *
 * 1. Add its id to `NODE_TYPES` in `node-type.ts`; the compiler now names each registry that lacks it.
 * 2. Make the folder `<type>/` with `definition.ts` (no Node.js imports), `execute.ts`, `README.md`, `README.ja.md`, `<type>.test.ts`.
 * 3. Register the definition here and the behaviour in `executors.ts`.
 * 4. Add its words to `apps/web/messages/{en,ja}/nodes.json`.
 *
 * `node-types.test.ts` then holds it to the contract that all types share.
 */
import { agentDefinition } from './agent/definition.ts';
import { calculatorDefinition } from './calculator/definition.ts';
import { codeDefinition } from './code/definition.ts';
import { conditionDefinition } from './condition/definition.ts';
import { coordinatorDefinition } from './coordinator/definition.ts';
import { currentTimeDefinition } from './current_time/definition.ts';
import { databaseDefinition } from './database/definition.ts';
import { delayDefinition } from './delay/definition.ts';
import { evaluateDefinition } from './evaluate/definition.ts';
import { fileDefinition } from './file/definition.ts';
import { graphqlDefinition } from './graphql/definition.ts';
import { groupDefinition } from './group/definition.ts';
import { httpRequestDefinition } from './http_request/definition.ts';
import { humanDefinition } from './human/definition.ts';
import { inputDefinition } from './input/definition.ts';
import { loopDefinition } from './loop/definition.ts';
import { mapDefinition } from './map/definition.ts';
import { mcpDefinition } from './mcp/definition.ts';
import { mergeDefinition } from './merge/definition.ts';
import { NODE_TYPES, type NodeDefinition, type NodeType, type Port } from './node-type.ts';
import { noteDefinition } from './note/definition.ts';
import { outputDefinition } from './output/definition.ts';
import { routerDefinition } from './router/definition.ts';
import { transformDefinition } from './transform/definition.ts';
import { webSearchDefinition } from './web_search/definition.ts';
import { websocketDefinition } from './websocket/definition.ts';
import { workflowDefinition } from './workflow/definition.ts';

export const NODE_DEFINITIONS: Record<NodeType, NodeDefinition> = {
  input: inputDefinition,
  output: outputDefinition,
  agent: agentDefinition,
  coordinator: coordinatorDefinition,
  condition: conditionDefinition,
  transform: transformDefinition,
  http_request: httpRequestDefinition,
  code: codeDefinition,
  delay: delayDefinition,
  router: routerDefinition,
  map: mapDefinition,
  loop: loopDefinition,
  merge: mergeDefinition,
  evaluate: evaluateDefinition,
  human: humanDefinition,
  workflow: workflowDefinition,
  graphql: graphqlDefinition,
  websocket: websocketDefinition,
  web_search: webSearchDefinition,
  database: databaseDefinition,
  file: fileDefinition,
  mcp: mcpDefinition,
  calculator: calculatorDefinition,
  current_time: currentTimeDefinition,
  note: noteDefinition,
  group: groupDefinition,
};

const isNodeType = (type: string): type is NodeType => (NODE_TYPES as readonly string[]).includes(type);

/** `undefined` for a type this version does not know. */
export const getNodeDefinition = (type: string): NodeDefinition | undefined =>
  isNodeType(type) ? NODE_DEFINITIONS[type] : undefined;

/**
 * The output ports of a node whose config may be half-typed: a broken config gives the ports of the
 * type's defaults, so that the canvas always has something to show. Unknown types have none.
 */
export const outputPortsOf = (type: string, config: unknown): Port[] => {
  const definition = getNodeDefinition(type);
  if (!definition) return [];
  const parsed = definition.config.safeParse(config);
  return definition.outputs(parsed.success ? parsed.data : definition.config.parse(definition.defaults));
};
