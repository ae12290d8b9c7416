import { rewriteExpressionReferences, rewriteReferences } from '../expressions/template.ts';
import { type FormSchema, formSchemaFor } from '../nodes/form-schema.ts';
import { isRecord, itemSchema, propertySchema } from './shared-values.ts';

/** New node ids by their old ones. */
type Renames = ReadonlyMap<string, string>;

/** The config with every `steps.<id>` in its templates, expressions and code pointing at the new ids. */
export const rewriteConfigReferences = (
  type: string,
  config: Record<string, unknown>,
  renames: Renames,
): Record<string, unknown> => {
  const schema = formSchemaFor(type);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, rewriteValue(value, propertySchema(schema, key), renames)]),
  );
};

const rewriteValue = (value: unknown, schema: FormSchema | undefined, renames: Renames): unknown => {
  if (typeof value === 'string') return rewriteText(value, schema?.widget, renames);
  if (Array.isArray(value)) return value.map((item) => rewriteValue(item, itemSchema(schema), renames));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, rewriteValue(member, propertySchema(schema, key), renames)]),
  );
};

const rewriteText = (text: string, widget: unknown, renames: Renames): string => {
  let result = text;
  for (const [from, to] of renames) {
    if (widget === 'template') result = rewriteReferences(result, from, to);
    else if (widget === 'jsonata') result = rewriteExpressionReferences(result, from, to);
    else if (widget === 'code') result = rewriteJavaScript(result, from, to);
  }
  return result;
};

/** Node ids hold no characters that mean something in a pattern. */
const rewriteJavaScript = (source: string, from: string, to: string): string =>
  source
    .replace(new RegExp(`\\bsteps(\\??)\\.${from}(?![A-Za-z0-9_$])`, 'g'), (_, optional) => `steps${optional}.${to}`)
    .replace(
      new RegExp(`\\bsteps(\\??\\.)?\\[(['"\`])${from}\\2\\]`, 'g'),
      (_, optional = '', quote) => `steps${optional}[${quote}${to}${quote}]`,
    );
