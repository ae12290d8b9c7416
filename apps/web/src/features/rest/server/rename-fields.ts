import { AppError } from '@agentweaver/core/errors/app-error';

/** The same refusal in the words of REST: a use case says `input.name` where the caller wrote `input_data.name`. */
export const renameFields = (error: AppError, names: Record<string, string>): AppError => {
  if (error.problems.length === 0) return error;
  const problems = error.problems.map(({ field, message }) => {
    const [first = '', ...rest] = field.split('.');
    return { field: [names[first] ?? first, ...rest].join('.'), message };
  });
  const { code, publicMessage, retryAfterSeconds } = error;
  return new AppError(code, { publicMessage, problems, retryAfterSeconds, cause: error });
};
