type Link = { source: string; target: string };

/** Everything that leads to `nodeId`, itself included. */
export const upstreamOf = (edges: readonly Link[], nodeId: string): Set<string> => {
  const sources = new Map<string, string[]>();
  for (const edge of edges) {
    const known = sources.get(edge.target);
    if (known) known.push(edge.source);
    else sources.set(edge.target, [edge.source]);
  }
  const seen = new Set([nodeId]);
  const open = [nodeId];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const source of sources.get(next) ?? []) {
      if (seen.has(source)) continue;
      seen.add(source);
      open.push(source);
    }
  }
  return seen;
};

/** Everything that `nodeId` leads to, itself included. */
export const downstreamOf = (edges: readonly Link[], nodeId: string): Set<string> =>
  upstreamOf(
    edges.map(({ source, target }) => ({ source: target, target: source })),
    nodeId,
  );
