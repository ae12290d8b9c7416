import type { Problem } from '../definition/problem.ts';
import { type Configs, severityFor } from './check-configs.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';
import { incomingEdges } from './graph.ts';
import type { Scopes } from './scopes.ts';

type MergeCheck = { scopes: Scopes; configs: Configs; nodeDefinition: FindNodeDefinition };

/** A merge cannot wait for more branches than lead to it. */
export const checkMerges = ({ scopes, configs, nodeDefinition }: MergeCheck): Problem[] =>
  [...scopes.graphs.values()].flatMap((graph) =>
    [...graph.nodes.values()].flatMap((node): Problem[] => {
      const config = configs.get(node.id);
      const wanted = config && nodeDefinition(node.type)?.startsAfter?.(config);
      const branches = incomingEdges(graph, node.id).length;
      if (wanted === undefined || wanted === 'all' || branches === 0 || wanted <= branches) return [];
      const description = `must be at most ${branches}, as many connections lead here`;
      return [
        {
          code: 'invalid_config',
          severity: severityFor(node),
          nodeId: node.id,
          field: 'count',
          message: `“${node.name}”: count ${description}.`,
          params: { node: node.name, field: 'count', description },
        },
      ];
    }),
  );
