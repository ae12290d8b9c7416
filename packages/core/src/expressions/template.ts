import { ExecutionError } from '../engine/execution-errors.ts';
import { type ExpressionScope, evaluateExpression, isPlainExpression } from './expression.ts';
import { findExpressionEnd } from './find-expression-end.ts';
import { findReferences, type ReferencePath, STEPS, type StepReference } from './references.ts';

/** A template cut into literal text and the JSONata between `{{` and `}}`. */
export type TemplatePart =
  | { kind: 'text'; text: string }
  /** `start` is where `source` begins in the template, in characters from 0. */
  | { kind: 'expression'; source: string; start: number };

export type ParsedTemplate = {
  parts: TemplatePart[];
  /** Where a `{{` stands that nothing closes; from there on the template is text. */
  unclosedAt?: number;
};

const OPEN = '{{';
const CLOSE = '}}';

/** Never throws; whether an expression is JSONata shows when it is compiled. */
export const parseTemplate = (template: string): ParsedTemplate => {
  const parts: TemplatePart[] = [];
  let position = 0;
  for (let open = template.indexOf(OPEN); open !== -1; open = template.indexOf(OPEN, position)) {
    const start = open + OPEN.length;
    const end = findExpressionEnd(template, start);
    if (end === undefined) {
      parts.push({ kind: 'text', text: template.slice(position) });
      return { parts, unclosedAt: open };
    }
    if (open > position) parts.push({ kind: 'text', text: template.slice(position, open) });
    parts.push({ kind: 'expression', source: template.slice(start, end), start });
    position = end + CLOSE.length;
  }
  if (position < template.length) parts.push({ kind: 'text', text: template.slice(position) });
  return { parts };
};

/**
 * A template's value. Exactly one `{{ }}` and nothing around it but space gives the expression's own value, anything
 * else a string. Throws `expression_failed`.
 */
export const evaluateTemplate = async (template: string, scope: ExpressionScope): Promise<unknown> => {
  const only = onlyExpression(template);
  return only === undefined ? renderTemplate(template, scope) : evaluateExpression(only, scope);
};

/** A template as text: strings as they are, nothing as nothing, other values as JSON. Throws `expression_failed`. */
export const renderTemplate = async (template: string, scope: ExpressionScope): Promise<string> => {
  const { parts, unclosedAt } = parseTemplate(template);
  if (unclosedAt !== undefined) throw unclosed(unclosedAt);
  let text = '';
  for (const part of parts)
    text += part.kind === 'text' ? part.text : toText(await evaluateExpression(part.source, scope));
  return text;
};

/** Whether its expressions do no more than name values that are there. */
export const isPlainTemplate = (template: string, scope: ExpressionScope): boolean =>
  parseTemplate(template).parts.every((part) => part.kind === 'text' || isPlainExpression(part.source, scope));

const onlyExpression = (template: string): string | undefined => {
  const { parts, unclosedAt } = parseTemplate(template.trim());
  const [part] = parts;
  return unclosedAt === undefined && parts.length === 1 && part?.kind === 'expression' ? part.source : undefined;
};

const toText = (value: unknown): string => {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const unclosed = (position: number): ExecutionError =>
  new ExecutionError({
    code: 'expression_failed',
    message: `The {{ at character ${position + 1} has no }} after it.`,
    hint: 'Close the expression with }}. For a literal {{ write {{ "{{" }}.',
  });

/** Ids of the steps a template refers to, each once. Expressions that do not compile refer to nothing. */
export const referencedSteps = (template: string): string[] => {
  const ids = parseTemplate(template).parts.flatMap((part) =>
    part.kind === 'expression' ? (referencesIn(part.source) ?? []).map((reference) => reference.nodeId) : [],
  );
  return [...new Set(ids)];
};

/** The template with every reference to the step `fromId` made one to `toId`; nothing else changes. */
export const rewriteReferences = (
  template: string,
  fromId: string,
  toId: string,
  path: ReferencePath = STEPS,
): string => {
  if (!template.includes(fromId)) return template;
  const { parts, unclosedAt } = parseTemplate(template);
  const rewritten = parts.map((part) =>
    part.kind === 'text' ? part.text : `{{${rewriteExpressionReferences(part.source, fromId, toId, path)}}}`,
  );
  const tail = rewritten.at(-1);
  if (unclosedAt !== undefined && tail !== undefined)
    rewritten[rewritten.length - 1] = rewriteByPattern(tail, fromId, toId, path);
  return rewritten.join('');
};

/** The same for a bare JSONata expression. */
export const rewriteExpressionReferences = (
  source: string,
  fromId: string,
  toId: string,
  path: ReferencePath = STEPS,
): string => {
  const references = referencesIn(source, path);
  if (references === undefined) return rewriteByPattern(source, fromId, toId, path);
  return references
    .filter((reference) => reference.nodeId === fromId)
    .reduceRight(
      (text, { start, end }) => text.slice(0, start) + text.slice(start, end).replace(fromId, toId) + text.slice(end),
      source,
    );
};

/** For text that does not compile yet: somebody is typing, and the name they typed still has to follow. */
const rewriteByPattern = (source: string, fromId: string, toId: string, path: ReferencePath): string =>
  source.replace(new RegExp(`\\b${path.join('\\s*\\.\\s*')}\\s*\\.\\s*\`?${fromId}(?![A-Za-z0-9_])`, 'g'), (found) =>
    found.replace(new RegExp(`${fromId}$`), toId),
  );

const referencesIn = (source: string, path: ReferencePath = STEPS): StepReference[] | undefined => {
  try {
    return findReferences(source, path);
  } catch {
    return undefined;
  }
};
