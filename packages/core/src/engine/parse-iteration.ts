/** One part of an iteration: the step that runs others, or an evaluation that sent them round again. */
export type IterationSegment = {
  nodeId: string;
  /** The attempt of that step; 1 for evaluations. */
  attempt: number;
  /** The round, the item, or how often it was sent back. */
  index: number;
  /** The iteration that this step itself is in. */
  within: string;
};

const SEGMENT = /^([A-Za-z_][A-Za-z0-9_]{0,63})(?:#([1-9]\d{0,3}))?\[(0|[1-9]\d{0,8})\]$/;

/** The parts of an iteration from the outside in; `undefined` for a text that is none. */
export const parseIteration = (iteration: string): IterationSegment[] | undefined => {
  if (iteration === '') return [];
  const segments: IterationSegment[] = [];
  let within = '';
  for (const part of iteration.split('/')) {
    const [, nodeId, attempt = '1', index] = SEGMENT.exec(part) ?? [];
    if (nodeId === undefined || index === undefined) return undefined;
    segments.push({ nodeId, attempt: Number(attempt), index: Number(index), within });
    within = within === '' ? part : `${within}/${part}`;
  }
  return segments;
};
