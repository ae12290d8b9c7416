import type { WorkflowEdge } from '../definition/workflow-definition.ts';
import type { ReferencePath } from '../expressions/references.ts';
import { byId, containersOf, type PlacedNode } from '../graph/parents.ts';
import { getNodeDefinition } from '../nodes/definitions.ts';
import { type MemberRenames, NO_RENAMES, type Renames } from './references.ts';

type Link = Pick<WorkflowEdge, 'source' | 'target'>;

/**
 * Where ids are members of a value because it holds the outputs of several nodes: `previous` where several lead to a
 * node, and the output of a container whose body has several last nodes. Gives the renames there for the node asked for.
 */
export const createMemberRenames = (
  { nodes, edges }: { nodes: readonly PlacedNode[]; edges: readonly Link[] },
  ids: Renames,
): ((nodeId: string) => MemberRenames[]) => {
  const sources = sourcesByTarget(edges);
  const ends = renamedEnds(nodes, edges, ids);
  const newId = (id: string) => ids.get(id) ?? id;
  const endsAt = (path: (containerId: string) => ReferencePath, containers: Iterable<string>): MemberRenames[] =>
    [...containers].flatMap((id) => ({ path: path(id), ids: ends.get(id) ?? NO_RENAMES }));
  const asSteps = endsAt((id) => ['steps', newId(id), 'output'], ends.keys());
  return (nodeId) => {
    const leading = sources.get(nodeId) ?? new Set<string>();
    const arriving =
      leading.size > 1
        ? [
            { path: ['previous'] as const, ids: onlyOf(ids, leading) },
            ...endsAt((id) => ['previous', newId(id)], leading),
          ]
        : endsAt(() => ['previous'], leading);
    return [...asSteps, ...arriving].filter((renames) => renames.ids.size > 0);
  };
};

const sourcesByTarget = (edges: readonly Link[]): Map<string, Set<string>> => {
  const sources = new Map<string, Set<string>>();
  for (const { source, target } of edges) sources.set(target, (sources.get(target) ?? new Set()).add(source));
  return sources;
};

/** By container: the new ids of the last nodes of its body, where there are several. */
const renamedEnds = (nodes: readonly PlacedNode[], edges: readonly Link[], ids: Renames): Map<string, Renames> => {
  const placed = byId(nodes);
  const leads = new Set(edges.map(({ source }) => source));
  const lasts = new Map<string, string[]>();
  for (const { id, type } of placed.values()) {
    const [container] = containersOf(placed, id, getNodeDefinition);
    if (container === undefined || leads.has(id) || getNodeDefinition(type)?.canvasOnly) continue;
    lasts.set(container, [...(lasts.get(container) ?? []), id]);
  }
  const several = [...lasts].filter(([, last]) => last.length > 1);
  return new Map(several.map(([container, last]) => [container, onlyOf(ids, new Set(last))]));
};

const onlyOf = (ids: Renames, wanted: ReadonlySet<string>): Renames =>
  new Map([...ids].filter(([id]) => wanted.has(id)));
