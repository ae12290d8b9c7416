import type { WorkflowDefinition, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { parseIteration } from '@agentweaver/core/engine/parse-iteration';
import { stepKey } from '@agentweaver/core/engine/step-key';
import { buildScopes, type Scopes, TOP_SCOPE } from '@agentweaver/core/graph/scopes';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';

export type StepRef = { nodeId: string; iteration: string };

type Part = { nodes: ReadonlyMap<string, WorkflowNode>; scopes: Scopes };
/** A scope of the execution's workflow, or of one that runs inside a step. */
type Place = { part: Part; scope: string };

export type StepPlaces = {
  /** The node that runs there; `undefined` where no engine would run one. */
  find(step: StepRef): WorkflowNode | undefined;
  /** From now on this workflow may run inside the step that asked for it. */
  load(step: StepRef, workflow: { id: string; versionNumber: number; definition: WorkflowDefinition }): void;
};

/** Which node a step is, told by the definitions alone: the sandbox is not trusted. */
export const createStepPlaces = (definition: WorkflowDefinition): StepPlaces => {
  const parts = new Map<string, Part>();
  const loaded = new Map<string, Part[]>();
  const placesIn = new Map<string, Place[]>([['', [{ part: partOf(definition), scope: TOP_SCOPE }]]]);

  const inside = ({ part, scope }: Place, { nodeId, iteration }: StepRef): Place[] => {
    const node = part.nodes.get(nodeId);
    if (!node || part.scopes.scopeOf.get(nodeId) !== scope) return [];
    const type = getNodeDefinition(node.type);
    // What an evaluation sends round again stays in its scope.
    if (type?.judged) return [{ part, scope }];
    if (type?.contains === 'body') return [{ part, scope: nodeId }];
    return (loaded.get(stepKey(nodeId, iteration)) ?? []).map((nested) => ({ part: nested, scope: TOP_SCOPE }));
  };

  const placesOf = (iteration: string): Place[] => {
    const known = placesIn.get(iteration);
    if (known) return known;
    const last = parseIteration(iteration)?.at(-1);
    if (!last) return [];
    const places = placesOf(last.within).flatMap((place) =>
      inside(place, { nodeId: last.nodeId, iteration: last.within }),
    );
    if (places.length > 0) placesIn.set(iteration, places);
    return places;
  };

  return {
    find: ({ nodeId, iteration }) => {
      for (const { part, scope } of placesOf(iteration)) {
        if (part.scopes.scopeOf.get(nodeId) === scope) return part.nodes.get(nodeId);
      }
      return undefined;
    },
    load: ({ nodeId, iteration }, { id, versionNumber, definition: nested }) => {
      const name = `${id}@${versionNumber}`;
      const part = parts.get(name) ?? partOf(nested);
      parts.set(name, part);
      const key = stepKey(nodeId, iteration);
      const known = loaded.get(key) ?? [];
      if (!known.includes(part)) loaded.set(key, [...known, part]);
    },
  };
};

const partOf = (definition: WorkflowDefinition): Part => ({
  nodes: new Map(definition.nodes.map((node) => [node.id, node])),
  scopes: buildScopes(definition, getNodeDefinition),
});
