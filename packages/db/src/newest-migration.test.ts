import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MIGRATIONS_DIR } from './migrate.ts';
import { NEWEST_MIGRATION } from './newest-migration.ts';

test('the newest migration is the last one of the folder', () => {
  const names = readdirSync(MIGRATIONS_DIR, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(NEWEST_MIGRATION).toBe(
    names
      .map(({ name }) => name)
      .toSorted()
      .at(-1),
  );
});
