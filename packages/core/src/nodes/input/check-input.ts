import type { WorkflowDefinition } from '../../definition/workflow-definition.ts';
import type { FieldProblem } from '../../errors/app-error.ts';
import type { FormSchema } from '../form-schema.ts';
import { type InputConfig, type InputField, inputConfig } from './definition.ts';
import { parseDefault } from './field-default.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';

/** The input with the defaults of the fields that were left out. An input that is no object stays as it is. */
export const withInputDefaults = (config: InputConfig, input: unknown): unknown => {
  if (config.fields.length === 0) return input;
  const given = input === undefined || input === null ? {} : input;
  if (!isRecord(given)) return input;
  const filled = { ...given };
  for (const field of config.fields) {
    const value = isMissing(given[field.name]) ? parseDefault(field.type, field.default) : undefined;
    if (value !== undefined) filled[field.name] = value;
  }
  return filled;
};

/** Everything that is wrong with an input, by field; defaults count as given. No fields: any JSON is right. */
export const validateInput = (config: InputConfig, input: unknown): FieldProblem[] => {
  if (config.fields.length === 0) return [];
  const filled = withInputDefaults(config, input);
  if (!isRecord(filled)) {
    const names = config.fields.map((field) => field.name).join(', ');
    return [{ field: '', message: `The input must be an object with the fields ${names}.` }];
  }
  return config.fields.flatMap((field) => {
    const message = problemOf(field, filled[field.name]);
    return message ? [{ field: field.name, message }] : [];
  });
};

const problemOf = (field: InputField, value: unknown): string | undefined => {
  if (isMissing(value)) return field.required ? 'This field is required.' : undefined;
  switch (field.type) {
    case 'text':
    case 'long_text':
      return typeof value === 'string' ? undefined : 'This field takes text.';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'This field takes a number.';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'This field takes true or false.';
    case 'json':
      return undefined;
  }
};

/** The JSON Schema of the run form, with the same field metadata as `formSchemaFor`; a `json` field has no type. */
export const inputJsonSchema = (config: InputConfig): FormSchema => ({
  type: 'object',
  properties: Object.fromEntries(config.fields.map((field) => [field.name, fieldSchema(field)])),
  required: config.fields.filter((field) => field.required).map((field) => field.name),
});

const fieldSchema = (field: InputField): FormSchema => {
  const shared = { title: field.label || field.name, default: parseDefault(field.type, field.default) };
  switch (field.type) {
    case 'text':
      return { ...shared, type: 'string' };
    case 'long_text':
      return { ...shared, type: 'string', widget: 'textarea', multiline: true };
    case 'number':
    case 'boolean':
      return { ...shared, type: field.type };
    case 'json':
      return { ...shared, widget: 'json', multiline: true };
  }
};

/**
 * What a run of `definition` starts with: the input with defaults filled in, and everything wrong with it. Call it
 * where an execution is created, so that the stored input is what expressions see.
 */
export const prepareInput = (
  definition: Pick<WorkflowDefinition, 'nodes'>,
  input: unknown,
): { input: unknown; problems: FieldProblem[] } => {
  const node = definition.nodes.find(({ type }) => type === 'input');
  const config = inputConfig.safeParse(node?.config);
  if (!node || node.disabled || !config.success) return { input, problems: [] };
  return { input: withInputDefaults(config.data, input), problems: validateInput(config.data, input) };
};
