import { type ReferencePath, STEPS } from '../expressions/references.ts';
import { rewriteExpressionReferences, rewriteReferences } from '../expressions/template.ts';
import { type FormSchema, formSchemaFor } from '../nodes/form-schema.ts';
import { isRecord, itemSchema, propertySchema } from './shared-values.ts';

/** New node ids by their old ones. */
export type Renames = ReadonlyMap<string, string>;
export const NO_RENAMES: Renames = new Map();

export type ReferenceRenames = {
  /** For `steps.<id>` and for fields that name a step. */
  steps: Renames;
  /** For ids that stand elsewhere. */
  members: readonly MemberRenames[];
};

/** For `<path>.<id>`, the path with new ids already. */
export type MemberRenames = { path: ReferencePath; ids: Renames };

/** The config with every reference in its templates, expressions, code and step fields pointing at the new ids. */
export const rewriteConfigReferences = (
  type: string,
  config: Record<string, unknown>,
  renames: ReferenceRenames,
): Record<string, unknown> => {
  const schema = formSchemaFor(type);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, rewriteValue(value, propertySchema(schema, key), renames)]),
  );
};

const rewriteValue = (value: unknown, schema: FormSchema | undefined, renames: ReferenceRenames): unknown => {
  if (typeof value === 'string') return rewriteText(value, schema?.widget, renames);
  if (Array.isArray(value)) return value.map((item) => rewriteValue(item, itemSchema(schema), renames));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, rewriteValue(member, propertySchema(schema, key), renames)]),
  );
};

const rewriteText = (text: string, widget: unknown, { steps, members }: ReferenceRenames): string => {
  if (widget === 'step') return steps.get(text) ?? text;
  const rewrite = rewriterOf(widget);
  if (!rewrite) return text;
  return [{ path: STEPS, ids: steps }, ...members].reduce(
    (result, { path, ids }) => [...ids].reduce((found, [from, to]) => rewrite(found, from, to, path), result),
    text,
  );
};

const rewriterOf = (widget: unknown) => {
  if (widget === 'template') return rewriteReferences;
  if (widget === 'jsonata') return rewriteExpressionReferences;
  return widget === 'code' ? rewriteJavaScript : undefined;
};

/** Node ids hold no characters that mean something in a pattern. */
const rewriteJavaScript = (source: string, from: string, to: string, path: ReferencePath): string => {
  const value = `\\b${path.join('\\??\\.')}`;
  return source
    .replace(new RegExp(`(${value}\\??\\.)${from}(?![A-Za-z0-9_$])`, 'g'), `$1${to}`)
    .replace(new RegExp(`(${value}(?:\\??\\.)?\\[(['"\`]))${from}(?=\\2\\])`, 'g'), `$1${to}`);
};
