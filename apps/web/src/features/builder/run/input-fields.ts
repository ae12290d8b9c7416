import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { type InputField, inputConfig } from '@agentweaver/core/nodes/input/definition';

/** The fields that a run asks for; none when the workflow takes any JSON, or its input node is broken. */
export const inputFieldsOf = (steps: readonly WorkflowNode[]): InputField[] => {
  const input = steps.find((step) => step.type === 'input');
  const config = inputConfig.safeParse(input?.config ?? {});
  return config.success ? config.data.fields : [];
};

/** What the form holds: text for everything but switches, so that half-typed numbers and JSON stay as they are. */
export type InputDraft = Record<string, string | boolean>;

const startValue = (field: InputField): string | boolean =>
  field.type === 'boolean' ? field.default === 'true' : field.default;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The form's first values: those of the last run where they still fit, else the fields' defaults. */
export const startDraft = (fields: readonly InputField[], last: unknown): InputDraft =>
  Object.fromEntries(
    fields.map((field) => {
      const value = isRecord(last) ? last[field.name] : undefined;
      if (value === undefined) return [field.name, startValue(field)];
      if (field.type === 'boolean') return [field.name, value === true];
      if (field.type === 'json') return [field.name, JSON.stringify(value, null, 2)];
      return [field.name, typeof value === 'string' ? value : JSON.stringify(value)];
    }),
  );

export type InputProblem = 'required' | 'not_a_number' | 'not_json';

/** The run's input, or what is wrong by field name. Empty optional fields are left out. */
export const parseDraft = (
  fields: readonly InputField[],
  draft: InputDraft,
): { input: Record<string, unknown>; problems: Record<string, InputProblem> } => {
  const input: Record<string, unknown> = {};
  const problems: Record<string, InputProblem> = {};
  for (const field of fields) {
    const value = draft[field.name] ?? '';
    if (typeof value === 'boolean') input[field.name] = value;
    else if (value.trim() === '') {
      if (field.required) problems[field.name] = 'required';
    } else if (field.type === 'number') {
      const number = Number(value);
      if (Number.isFinite(number)) input[field.name] = number;
      else problems[field.name] = 'not_a_number';
    } else if (field.type === 'json') {
      try {
        input[field.name] = JSON.parse(value);
      } catch {
        problems[field.name] = 'not_json';
      }
    } else input[field.name] = value;
  }
  return { input, problems };
};
