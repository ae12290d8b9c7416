import { workflowEdgeSchema, workflowNodeSchema } from '@agentweaver/core/definition/workflow-definition';
import type { Fragment } from '@agentweaver/core/draft/edit-nodes';
import { z } from 'zod';

/** Tells our clipboard text from any other JSON. */
const CLIPBOARD_FORMAT = 'agentweaver/nodes';

/** Text longer than this is not looked at. */
const MAX_CLIPBOARD_LENGTH = 5_000_000;

const clipboardSchema = z.object({
  format: z.literal(CLIPBOARD_FORMAT),
  nodes: z.array(workflowNodeSchema).min(1).max(500),
  edges: z.array(workflowEdgeSchema).max(2_000),
});

/** Nodes and the edges between them as text that pastes into any workflow, and reads well in a message. */
export const toClipboardText = (fragment: Fragment): string =>
  JSON.stringify({ format: CLIPBOARD_FORMAT, ...fragment }, null, 2);

/** Undefined when the text holds no nodes. A whole exported definition can be pasted as well. */
export const fromClipboardText = (text: string): Fragment | undefined => {
  if (text.length > MAX_CLIPBOARD_LENGTH || !text.trimStart().startsWith('{')) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    const isExport = typeof json === 'object' && json !== null && 'nodes' in json && !('format' in json);
    const { success, data } = clipboardSchema.safeParse(
      isExport ? { edges: [], ...json, format: CLIPBOARD_FORMAT } : json,
    );
    return success ? { nodes: data.nodes, edges: data.edges } : undefined;
  } catch {
    return undefined;
  }
};

/** The top left corner of a fragment, which a paste puts under the pointer. */
export const cornerOf = (fragment: Fragment): { x: number; y: number } => {
  const ids = new Set(fragment.nodes.map((node) => node.id));
  // What lies in a frame that is copied along is placed relative to it.
  const outer = fragment.nodes.filter((node) => node.parent === undefined || !ids.has(node.parent));
  return {
    x: Math.min(...outer.map((node) => node.position.x)),
    y: Math.min(...outer.map((node) => node.position.y)),
  };
};
