import { COORDINATOR_ID } from '../../agents/coordinator/specialist.ts';
import type { RetryPolicy, WorkflowNode } from '../../definition/workflow-definition.ts';
import type { Agent } from '../agent.ts';
import type { NodeFunctions } from '../node-functions.ts';
import type { Criterion, ForEach, Review, Team, WorkflowStep } from '../steps.ts';
import {
  agentConfigOf,
  agentExtrasOf,
  configuredTools,
  customTools,
  given,
  refuseSameNames,
  schemaOf,
} from './agent-node.ts';
import { at, type Exit, type GraphBuilder } from './graph-builder.ts';
import { ITEM_PROMPT } from './prompts.ts';
import { createIdGiver } from './step-names.ts';

export type Place = { column: number; row: number };

export type Compilation = {
  graph: GraphBuilder;
  functions: NodeFunctions;
  giveId: (name: string) => string;
  /** What a failure of a step means. */
  policy: { retry?: Partial<RetryPolicy> | undefined; onError?: WorkflowNode['onError'] };
};

export type Added = {
  /** Where edges into it lead. */
  entry: string;
  exits: Exit[];
  /** Columns that it takes up. */
  columns: number;
};

/** Adds the nodes of one step. `before`: the step that leads to it, for the prompt and for a review. */
export const addStep = (
  step: WorkflowStep,
  compilation: Compilation,
  { place, prompt, before }: { place: Place; prompt: string; before?: string | undefined },
): Added => {
  switch (step.kind) {
    case 'agent':
      return single(addAgent(step, compilation, { prompt, position: at(place.column, place.row) }));
    case 'team':
      return single(addTeam(step, compilation, prompt, place));
    case 'for_each':
      // Its frame is wider than a node.
      return { ...single(addForEach(step, compilation, place, before)), columns: 2 };
    case 'review':
      return addReview(step, compilation, place, before);
  }
};

const single = (id: string): Added => ({ entry: id, exits: [{ id, port: 'out' }], columns: 1 });

const addAgent = (
  step: Agent,
  { graph, functions, giveId, policy }: Compilation,
  { prompt, ...node }: { prompt: string; position: { x: number; y: number }; parent?: string },
): string => {
  const id = giveId(step.name);
  graph.add({
    ...node,
    ...nodePolicy(policy),
    id,
    type: 'agent',
    name: step.name,
    config: agentConfigOf(step, prompt),
  });
  const extras = agentExtrasOf(step);
  if (extras) functions.agents.set(id, extras);
  return id;
};

const nodePolicy = ({ retry, onError }: Compilation['policy']) =>
  given({ retry: retry as RetryPolicy | undefined, onError });

const addTeam = (
  step: Team,
  { graph, functions, giveId, policy }: Compilation,
  prompt: string,
  place: Place,
): string => {
  const { agents, model, role, subtaskTimeout, prompt: own, name: _, ...limits } = step.options;
  const id = giveId(step.name);
  const giveSpecialistId = createIdGiver([COORDINATOR_ID]);
  const members = agents.map((member) => ({ member, id: giveSpecialistId(member.name) }));
  for (const { options } of agents) refuseSameNames(options.tools ?? []);
  const specialists = members.map(({ member: { name, options }, id: specialistId }) => ({
    id: specialistId,
    name,
    role: options.role,
    skills: [...(options.skills ?? [])],
    tools: configuredTools(options.tools ?? []),
    ...given({
      model: options.model,
      personality: options.personality,
      temperature: options.temperature,
      maxTokens: options.maxTokens,
      maxSteps: options.maxSteps,
    }),
  }));
  const config = {
    ...given({ ...limits, model, role, subtaskTimeoutMs: subtaskTimeout }),
    task: own ?? prompt,
    specialists,
  };
  const position = at(place.column, place.row);
  graph.add({ ...nodePolicy(policy), id, type: 'coordinator', name: step.name, position, config });
  const tools = new Map(members.map((one) => [one.id, customTools(one.member.options.tools ?? [])]));
  if ([...tools.values()].some((list) => list.length > 0)) functions.teams.set(id, tools);
  return id;
};

const BODY_PLACE = { x: 40, y: 72 };
const BODY_SIZE = { width: 320, height: 208 };

const addForEach = (step: ForEach, compilation: Compilation, place: Place, before: string | undefined): string => {
  const { maxParallel, onError, list } = step.options;
  const id = compilation.giveId(step.name);
  const config = {
    list: list ?? (before === undefined ? '{{ input.task }}' : '{{ previous }}'),
    ...given({ maxParallel, onItemError: onError }),
  };
  const position = at(place.column, place.row);
  compilation.graph.add({ id, type: 'map', name: step.name, position, size: BODY_SIZE, config });
  // What an item's failure means is the map's affair; trying again is the step's.
  const inBody = { ...compilation, policy: { retry: compilation.policy.retry } };
  addAgent(step.agent, inBody, { prompt: ITEM_PROMPT, position: BODY_PLACE, parent: id });
  return id;
};

const addReview = (step: Review, { graph, giveId }: Compilation, place: Place, judged: string | undefined): Added => {
  if (judged === undefined) throw new TypeError('A review judges the step before it, so it cannot be the first.');
  const { criteria, threshold, maxRounds, mustPass, model } = step.options;
  const id = giveId(step.name);
  const value = giveId(`${step.name} value`);
  const list: readonly Criterion[] = Array.isArray(criteria) ? criteria : [criteria as Criterion];
  graph.add({
    id,
    type: 'evaluate',
    name: step.name,
    position: at(place.column, place.row),
    config: {
      judged,
      criteria: list.map(criterionConfig),
      ...given({ threshold, maxRounds, model, onExhausted: mustPass ? 'fail' : undefined }),
    },
  });
  graph.add({
    id: value,
    type: 'transform',
    name: `${step.name}: what was judged`,
    position: at(place.column + 1, place.row),
    config: { mode: 'template', template: '{{ previous.value }}' },
  });
  graph.connect(
    [
      { id, port: 'pass' },
      { id, port: 'fail' },
    ],
    value,
  );
  return { entry: id, exits: [{ id: value, port: 'out' }], columns: 2 };
};

const criterionConfig = (criterion: Criterion): Record<string, unknown> => {
  if (typeof criterion === 'string') return { kind: 'model', description: criterion };
  const name = criterion.name ?? '';
  if ('schema' in criterion) return { kind: 'schema', name, schema: JSON.stringify(schemaOf(criterion.schema)) };
  const { pattern } = criterion;
  return { kind: 'regex', name, pattern: typeof pattern === 'string' ? pattern : pattern.source };
};
