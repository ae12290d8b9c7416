import { expect, test } from 'vitest';
import { createBudget } from './budget.ts';

test('calls at the same time cannot pass the limit together', async () => {
  const budget = createBudget({ limitUsd: 1, spentUsd: 0.2 });
  const first = await budget.reserve(0.5);
  await expect(budget.reserve(0.5)).rejects.toThrow(/\$0\.50.*\$1\.00.*\$0\.30/);
  first.settle(0.1);
  const second = await budget.reserve(0.7);
  second.settle(0);
  await expect(budget.reserve(0.71)).rejects.toMatchObject({ data: { code: 'budget_exceeded' } });

  const together = await Promise.allSettled([budget.reserve(0.4), budget.reserve(0.4)]);
  expect(together.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

test('a reservation is settled once', async () => {
  const budget = createBudget({ limitUsd: 1, spentUsd: 0 });
  const reservation = await budget.reserve(0.4);
  reservation.settle(0.4);
  reservation.settle(0.4);
  await budget.reserve(0.6);
});

test('the day of the workspace counts as well', async () => {
  const budget = createBudget({ limitUsd: undefined, spentUsd: 0, day: { limitUsd: 2, spentUsd: async () => 1.5 } });
  await budget.reserve(0.3);
  await expect(budget.reserve(0.3)).rejects.toThrow(/a day only \$0\.20 is left/);
});

test('what costs nothing is never refused; without a limit nothing is', async () => {
  await createBudget({ limitUsd: 0, spentUsd: 3, day: { limitUsd: 0, spentUsd: async () => 9 } }).reserve(0);
  await createBudget({ limitUsd: undefined, spentUsd: 0 }).reserve(1e9);
  await expect(createBudget({ limitUsd: 0, spentUsd: 0 }).reserve(0.0001)).rejects.toThrow(/\$0\.00010/);
});
