import { expect, it } from 'vitest';
import { upgradeSettings } from './upgrade-settings.ts';
import { workflowDefinitionSchema } from './workflow-definition.ts';

const settingsOf = (settings: unknown) => workflowDefinitionSchema.parse({ nodes: [], edges: [], settings }).settings;

it('reads the dollars of an old definition as its budget', () => {
  expect(settingsOf({ budgetUsd: 2, maxParallel: 3 })).toMatchObject({
    budget: { usd: 2, onReached: 'fail' },
    maxParallel: 3,
  });
  expect(settingsOf({ budgetUsd: 2 })).not.toHaveProperty('budgetUsd');
});

it('keeps a new budget beside an old one, and leaves all else as it is', () => {
  expect(settingsOf({ budgetUsd: 2, budget: { tokens: 5 } }).budget).toEqual({ tokens: 5, onReached: 'fail' });
  expect(upgradeSettings({ budgetUsd: undefined })).toEqual({});
  expect(upgradeSettings('nonsense')).toBe('nonsense');
  expect(settingsOf(undefined)).toMatchObject({ maxParallel: 5 });
});

it('says what is wrong with old dollars at the new place', () => {
  const parsed = workflowDefinitionSchema.safeParse({ nodes: [], edges: [], settings: { budgetUsd: -1 } });
  expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['settings.budget.usd']);
});
