import type { Problem } from '../definition/problem.ts';
import { type FeedbackProblem, findFeedbackRegions } from './feedback-regions.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';
import type { Graph } from './graph.ts';
import type { Scopes } from './scopes.ts';

/** Each evaluation: does what it judges lead to it, and does what goes round fit with the others? */
export const checkFeedback = (scopes: Scopes, nodeDefinition: FindNodeDefinition): Problem[] =>
  [...scopes.graphs.values()].flatMap((graph) =>
    findFeedbackRegions(graph, nodeDefinition).problems.map((problem) => describe(problem, graph)),
  );

const describe = (problem: FeedbackProblem, graph: Graph): Problem => {
  const nameOf = (id: string) => graph.nodes.get(id)?.name ?? id;
  const node = nameOf(problem.evaluation);
  if (problem.kind === 'invalid_judged') {
    const { judged = '' } = problem;
    return {
      code: 'invalid_judged',
      severity: 'error',
      nodeId: problem.evaluation,
      field: 'judged',
      message:
        judged === ''
          ? `“${node}”: choose the step that it judges; it is not the only one that leads here, or none does.`
          : `“${node}” judges “${nameOf(judged)}”, which does not lead to it; connect it or choose another step.`,
      params: { node, judged: judged === '' ? '' : nameOf(judged), kind: judged === '' ? 'none' : 'apart' },
    };
  }
  const other = nameOf(problem.other);
  return {
    code: 'overlapping_feedback',
    severity: 'error',
    nodeId: problem.evaluation,
    field: 'judged',
    message: `“${node}” and “${other}” send back steps that overlap; one has to lie within the other, or they must share none.`,
    params: { node, other },
  };
};
