import type { DateRange } from './period.ts';

type ExecutionsQuery = { workflow?: string | null; model?: string | null; status?: string; range: DateRange };

/** The address of the executions behind a figure. */
export const executionsHref = (slug: string, { workflow, model, status, range }: ExecutionsQuery): string => {
  const query = new URLSearchParams({ from: range.from.toISOString(), to: range.to.toISOString() });
  if (workflow) query.set('workflow', workflow);
  if (model) query.set('model', model);
  if (status) query.set('status', status);
  return `/w/${slug}/executions?${query.toString()}`;
};
