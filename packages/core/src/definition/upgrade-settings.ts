const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Settings as earlier definitions and drafts hold them: `budgetUsd` is now the dollars of `budget`. */
export const upgradeSettings = <Settings>(settings: Settings): Settings => {
  if (!isRecord(settings) || !('budgetUsd' in settings)) return settings;
  const { budgetUsd, ...rest } = settings;
  const budget = rest.budget ?? (budgetUsd === undefined ? undefined : { usd: budgetUsd });
  return { ...rest, ...(budget === undefined ? {} : { budget }) } as Settings;
};
