import { compileExpression } from './expression.ts';

/** Where ids of nodes stand as members: `steps`, and where a value holds several outputs, such as `previous` or `steps.each.output`. */
export type ReferencePath = readonly [string, ...string[]];
export const STEPS: ReferencePath = ['steps'];

/** A step that an expression names: `steps.<id>` or `$lookup(steps, "<id>")`. */
export type StepReference = {
  nodeId: string;
  /** The id as it is written, quotes included, in characters from 0. */
  start: number;
  end: number;
};

/** JSONata's own type knows half of its nodes; these are the parts that matter here. */
type AstNode = { type?: unknown; value?: unknown; position?: unknown; steps?: unknown; [key: string]: unknown };

/** Throws `ExpressionSyntaxError`. Ids that are computed when it runs cannot be told. */
export const findReferences = (source: string, path: ReferencePath = STEPS): StepReference[] => {
  const found: StepReference[] = [];
  visit(compileExpression(source).ast(), { source, path, found }, true);
  return found.sort((left, right) => left.start - right.start);
};

type Search = { source: string; path: ReferencePath; found: StepReference[] };

/**
 * `atRoot`: names are looked up in the scope itself. Behind the first step of a path, in filters, sorting and
 * grouping they mean the fields of what stands before, and only `$$` leads back to the scope.
 */
const visit = (value: unknown, search: Search, atRoot: boolean): void => {
  if (Array.isArray(value)) {
    for (const entry of value) visit(entry, search, atRoot);
    return;
  }
  if (!isAstNode(value)) return;
  const reference = referenceOfPath(value, search, atRoot) ?? referenceOfLookup(value, search, atRoot);
  if (reference) search.found.push(reference);
  for (const [key, child] of Object.entries(value)) {
    if (key === 'steps' && Array.isArray(child)) {
      visit(child[0], search, atRoot);
      visit(child.slice(1), search, false);
    } else {
      visit(child, search, atRoot && !RELATIVE_PARTS.has(key));
    }
  }
};

const RELATIVE_PARTS = new Set(['predicate', 'stages', 'group', 'terms', 'pattern', 'update', 'delete']);

const referenceOfPath = (node: AstNode, search: Search, atRoot: boolean): StepReference | undefined => {
  const id = pathFromRoot(node, search.path, atRoot)?.[0];
  return id?.type === 'name' ? located(id, search.source) : undefined;
};

const referenceOfLookup = (node: AstNode, search: Search, atRoot: boolean): StepReference | undefined => {
  if (node.type !== 'function' || !isAstNode(node.procedure) || node.procedure.value !== 'lookup') return undefined;
  const [target, id] = astNodes(node.arguments);
  const isLookup = target && id?.type === 'string' && pathFromRoot(target, search.path, atRoot)?.length === 0;
  return isLookup ? located(id, search.source) : undefined;
};

/** What follows the names of `wanted` in a path that begins with them; `undefined` for every other node. */
const pathFromRoot = (node: AstNode, wanted: ReferencePath, atRoot: boolean): AstNode[] | undefined => {
  if (node.type !== 'path') return undefined;
  const path = astNodes(node.steps);
  const [first] = path;
  const fromContext = first?.type === 'variable' && first.value === '' && atRoot;
  const fromTop = first?.type === 'variable' && first.value === '$';
  const names = fromContext || fromTop ? path.slice(1) : atRoot ? path : [];
  const begins = wanted.every((name, i) => names[i]?.type === 'name' && names[i].value === name);
  return begins ? names.slice(wanted.length) : undefined;
};

/** JSONata's position is where the token ends. */
const located = (node: AstNode, source: string): StepReference | undefined => {
  if (typeof node.value !== 'string' || typeof node.position !== 'number') return undefined;
  const end = node.position;
  const quoted = /["'`]/.test(source.charAt(end - 1)) ? 2 : 0;
  return { nodeId: node.value, start: end - node.value.length - quoted, end };
};

const astNodes = (value: unknown): AstNode[] => (Array.isArray(value) ? value.filter(isAstNode) : []);

const isAstNode = (value: unknown): value is AstNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
