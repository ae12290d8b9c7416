import { expect, test } from 'vitest';
import { createBudget } from './budget.ts';

test('calls at the same time cannot pass the limit together', () => {
  const budget = createBudget({ limitUsd: 1, spentUsd: 0.2 });
  const first = budget.reserve(0.5);
  expect(() => budget.reserve(0.5)).toThrow(/\$0\.50.*\$1\.00.*\$0\.30/);
  first.settle(0.1);
  expect(budget.spentUsd()).toBeCloseTo(0.3);
  budget.reserve(0.5).settle(0);
  expect(() => budget.reserve(0.71)).toThrow('budget');
});

test('a reservation is settled once', () => {
  const budget = createBudget({ limitUsd: 1, spentUsd: 0 });
  const reservation = budget.reserve(0.4);
  reservation.settle(0.4);
  reservation.settle(0.4);
  expect(budget.spentUsd()).toBe(0.4);
});

test('what costs nothing is never refused; without a limit nothing is', () => {
  createBudget({ limitUsd: 0, spentUsd: 3 }).reserve(0);
  createBudget({ limitUsd: undefined, spentUsd: 0 }).reserve(1e9);
  expect(() => createBudget({ limitUsd: 0, spentUsd: 0 }).reserve(0.0001)).toThrow(/\$0\.00010/);
});
