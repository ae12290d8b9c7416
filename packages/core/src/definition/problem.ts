/** One thing wrong with a definition: where it is, and what to do about it. */
export type Problem = {
  code:
    | 'malformed'
    | 'duplicate_node_id'
    | 'duplicate_edge_id'
    | 'unknown_node_type'
    | 'invalid_config'
    | 'unknown_node'
    | 'unknown_port'
    | 'cycle'
    | 'no_input'
    | 'several_inputs'
    | 'no_output'
    | 'unreachable'
    | 'broken_expression'
    | 'unknown_reference'
    | 'not_an_ancestor'
    /** An edge between a container's body and the outside, or a parent that contains nothing. */
    | 'crosses_container'
    | 'invalid_parent'
    | 'empty_container'
    /** What an evaluation judges does not lead to it, or overlaps with another evaluation's. */
    | 'invalid_judged'
    | 'overlapping_feedback';
  /** `error` refuses to run; `warning` is shown. */
  severity: 'error' | 'warning';
  nodeId?: string;
  edgeId?: string;
  /** Path inside the node's config or inside the definition, e.g. `cases.0.equals`, `nodes.3.id`. */
  field?: string;
  /** English, one sentence; the UI translates by `code` with `params`. */
  message: string;
  params?: Record<string, string>;
};
