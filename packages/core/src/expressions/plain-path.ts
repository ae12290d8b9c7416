import type jsonata from 'jsonata';

/** The names of a path such as `steps.draft.output`; `undefined` for every expression that is more than that. */
export const plainPathOf = ({ ast }: Pick<jsonata.Expression, 'ast'>): readonly string[] | undefined => {
  const { type, steps = [], ...more }: PathNode = ast();
  if (type !== 'path' || Object.keys(more).length > 0) return undefined;
  const isPlain = steps.every((step) => step.type === 'name' && Object.keys(step).every((key) => NAME_KEYS.has(key)));
  return isPlain ? steps.map(({ value }) => String(value)) : undefined;
};

/** JSONata's own type does not know paths. Filters, sorting, grouping and the like are further members. */
type PathNode = { type: string; steps?: { type: string; value?: unknown }[] };
const NAME_KEYS = new Set(['type', 'value', 'position']);

/**
 * What lies at the end of a plain path, as JSONata would give it. `undefined` where its own rules are asked for: it goes
 * through lists, and has a say about names that are not there.
 */
export const followPath = (path: readonly string[], scope: object): { value: unknown } | undefined => {
  let value: unknown = scope;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value === undefined || Array.isArray(value) ? undefined : { value };
};
