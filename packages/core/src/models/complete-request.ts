import { ExecutionError } from '../engine/execution-errors.ts';
import { type ModelRequest, type ModelRequestInput, modelRequestSchema } from './model-call.ts';

/** A request with its defaults filled in, as every model takes it. Throws `model_refused`, naming the field. */
export const completeRequest = (input: ModelRequestInput): ModelRequest => {
  const parsed = modelRequestSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ExecutionError({
    code: 'model_refused',
    message: `The model request is not valid at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'unknown'}.`,
    hint: 'Correct the field that is named.',
  });
};
