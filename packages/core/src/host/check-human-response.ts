import type { FieldProblem } from '../errors/app-error.ts';
import type { HumanField, HumanRequest, HumanResponse } from './ports/human.ts';

type FormValue = NonNullable<HumanResponse['values']>[string];

/** Everything about a response that its request does not allow; an empty list accepts it. */
export const checkHumanResponse = (request: HumanRequest, response: HumanResponse): FieldProblem[] => {
  switch (request.kind) {
    case 'approval':
      return response.approved === undefined ? [{ field: 'approved', message: 'must be true or false' }] : [];
    case 'choice':
      return request.choices.some(({ id }) => id === response.choice)
        ? []
        : [{ field: 'choice', message: `must be one of ${request.choices.map(({ id }) => `"${id}"`).join(', ')}` }];
    case 'form':
      return checkForm(request.fields, response.values ?? {});
  }
};

const checkForm = (fields: readonly HumanField[], values: Record<string, FormValue>): FieldProblem[] => [
  ...fields.flatMap((field) => {
    // Of its own: every object inherits a `constructor`.
    const value = Object.hasOwn(values, field.name) ? values[field.name] : null;
    const message = problemOf(field, value ?? null);
    return message ? [{ field: `values.${field.name}`, message }] : [];
  }),
  ...Object.keys(values)
    .filter((name) => !fields.some((field) => field.name === name))
    .map((name) => ({ field: `values.${name}`, message: 'is not a field of this form' })),
];

const problemOf = ({ type, required, options }: HumanField, value: FormValue): string | undefined => {
  if (value === null || value === '') return required ? 'is missing' : undefined;
  switch (type) {
    case 'number':
      return typeof value === 'number' ? undefined : 'must be a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'choice':
      return typeof value === 'string' && options.includes(value)
        ? undefined
        : `must be one of ${options.map((option) => `"${option}"`).join(', ')}`;
    case 'text':
    case 'long_text':
      return typeof value === 'string' ? undefined : 'must be text';
  }
};
