import { z } from 'zod';
import { describeIssues } from '../definition/describe-issue.ts';
import { toolFailed } from './tool-error.ts';

/** What was given, by the schema of what is taken; `tool_failed` names each field that does not fit. */
export const parseToolInput = <Input extends z.ZodObject>(
  { name, input }: { name: string; input: Input },
  given: unknown,
): z.output<Input> => {
  const parsed = input.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  const problems = describeIssues(parsed.error.issues).map(
    ({ path, description }) => `${path.length > 0 ? path.join('.') : 'the input'} ${description}`,
  );
  throw inputRefused(name, problems);
};

export const inputRefused = (name: string, problems: string[]) =>
  toolFailed({
    message: `${name} was not called: ${problems.slice(0, 5).join('; ')}.`,
    hint: `Call ${name} again with an input that fits its schema.`,
  });

/**
 * The schema of an input as models are given it. Without `propertyNames` and `$schema`, which some providers refuse,
 * and with what has a default left optional.
 */
export const toModelSchema = (input: z.ZodObject): Record<string, unknown> => {
  const { $schema: _, ...schema } = z.toJSONSchema(input, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.propertyNames;
    },
  });
  return schema;
};
