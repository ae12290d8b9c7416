import type { z } from 'zod';

/** One thing zod found, flat: the path to the field and what is wrong with it, to be read after the field's name. */
export type DescribedIssue = { path: string[]; description: string };

/**
 * Zod's issues in words for people. Unions are followed into the alternative that came closest,
 * unknown keys are reported one by one at their own path.
 * Parse with `reportInput: true`: what is missing is told from what is wrong by the input.
 */
export const describeIssues = (issues: z.core.$ZodIssue[], parent: string[] = []): DescribedIssue[] =>
  issues.flatMap((issue) => describeIssue(issue, [...parent, ...issue.path.map(String)]));

const describeIssue = (issue: z.core.$ZodIssue, path: string[]): DescribedIssue[] => {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], description: 'is not a known field' }));
    case 'invalid_union': {
      const closest = closestAlternative(issue.errors);
      return closest ? describeIssues(closest, path) : [{ path, description: describeUnion(issue) }];
    }
    case 'invalid_type':
      return [
        {
          path,
          description:
            issue.input === undefined ? 'is missing' : `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`,
        },
      ];
    case 'invalid_value':
      return [{ path, description: `must be ${oneOf(issue.values)}` }];
    case 'too_small':
      return [{ path, description: describeMinimum(issue) }];
    case 'too_big':
      return [{ path, description: describeMaximum(issue) }];
    default:
      return [{ path, description: issue.message }];
  }
};

const TYPE_NAMES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** The alternative that got furthest; none when each failed on the whole value. */
const closestAlternative = (alternatives: z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined =>
  alternatives
    .filter((issues) => issues.some((issue) => issue.path.length > 0))
    .sort((left, right) => left.length - right.length)[0];

const describeUnion = (issue: z.core.$ZodIssueInvalidUnion): string =>
  'options' in issue && Array.isArray(issue.options)
    ? `must be ${oneOf(issue.options)}`
    : 'has none of the allowed forms';

const oneOf = (values: readonly unknown[]): string => {
  const names = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
  return names.length === 1 ? `${names[0]}` : `one of ${names.join(', ')}`;
};

const describeMinimum = ({ origin, minimum }: z.core.$ZodIssueTooSmall): string => {
  if (origin === 'string')
    return Number(minimum) === 1 ? 'must not be empty' : `must have at least ${minimum} characters`;
  if (origin === 'array') return `must have at least ${minimum} ${Number(minimum) === 1 ? 'entry' : 'entries'}`;
  return `must be at least ${minimum}`;
};

const describeMaximum = ({ origin, maximum }: z.core.$ZodIssueTooBig): string => {
  if (origin === 'string') return `must have at most ${maximum} characters`;
  if (origin === 'array') return `must have at most ${maximum} entries`;
  return `must be at most ${maximum}`;
};
