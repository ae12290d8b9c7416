import { compileExpression } from './expression.ts';

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
export const findReferences = (source: string): StepReference[] => {
  const found: StepReference[] = [];
  visit(compileExpression(source).ast(), source, true, found);
  return found.sort((left, right) => left.start - right.start);
};

/**
 * `atRoot`: names are looked up in the scope itself. Behind the first step of a path, in filters, sorting and
 * grouping they mean the fields of what stands before, and only `$$` leads back to the scope.
 */
const visit = (value: unknown, source: string, atRoot: boolean, found: StepReference[]): void => {
  if (Array.isArray(value)) {
    for (const entry of value) visit(entry, source, atRoot, found);
    return;
  }
  if (!isAstNode(value)) return;
  const reference = referenceOfPath(value, source, atRoot) ?? referenceOfLookup(value, source, atRoot);
  if (reference) found.push(reference);
  for (const [key, child] of Object.entries(value)) {
    if (key === 'steps' && Array.isArray(child)) {
      visit(child[0], source, atRoot, found);
      visit(child.slice(1), source, false, found);
    } else {
      visit(child, source, atRoot && !RELATIVE_PARTS.has(key), found);
    }
  }
};

const RELATIVE_PARTS = new Set(['predicate', 'stages', 'group', 'terms', 'pattern', 'update', 'delete']);

const referenceOfPath = (node: AstNode, source: string, atRoot: boolean): StepReference | undefined => {
  const id = stepsPath(node, atRoot)?.[0];
  return id?.type === 'name' ? located(id, source) : undefined;
};

const referenceOfLookup = (node: AstNode, source: string, atRoot: boolean): StepReference | undefined => {
  if (node.type !== 'function' || !isAstNode(node.procedure) || node.procedure.value !== 'lookup') return undefined;
  const [target, id] = astNodes(node.arguments);
  return target && id?.type === 'string' && stepsPath(target, atRoot)?.length === 0 ? located(id, source) : undefined;
};

/** What follows `steps` in a path that begins there; `undefined` for every other node. */
const stepsPath = (node: AstNode, atRoot: boolean): AstNode[] | undefined => {
  if (node.type !== 'path') return undefined;
  const path = astNodes(node.steps);
  const [first] = path;
  const fromContext = first?.type === 'variable' && first.value === '' && atRoot;
  const fromTop = first?.type === 'variable' && first.value === '$';
  const names = fromContext || fromTop ? path.slice(1) : atRoot ? path : [];
  return names[0]?.type === 'name' && names[0].value === 'steps' ? names.slice(1) : undefined;
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
