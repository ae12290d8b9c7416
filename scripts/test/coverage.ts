import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { inRoot, ROOT } from '../lib/paths.ts';
import { say } from '../lib/progress.ts';

const countSchema = z.object({ total: z.number(), covered: z.number() });
const summarySchema = z.record(
  z.string(),
  z.object({ lines: countSchema, branches: countSchema, functions: countSchema }),
);

const GROUPS = ['packages/core', 'packages/db', 'apps/executor'];
const MEASURES = ['lines', 'branches', 'functions'] as const;

/** Prints the share of lines, branches and functions that the tests ran, per workspace. */
export const printCoverage = async (): Promise<void> => {
  const text = await readFile(inRoot('coverage/coverage-summary.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return say('  There is no coverage report.');
  const files = Object.entries(summarySchema.parse(JSON.parse(text)));
  say(`\n  Coverage         ${MEASURES.map((name) => name.padStart(10)).join('')}`);
  for (const group of GROUPS) {
    const own = files.filter(([file]) => path.relative(ROOT, file).startsWith(`${group}/`)).map(([, counts]) => counts);
    const shares = MEASURES.map((measure) => {
      const total = own.reduce((sum, counts) => sum + counts[measure].total, 0);
      const covered = own.reduce((sum, counts) => sum + counts[measure].covered, 0);
      return total === 0 ? '–' : `${((100 * covered) / total).toFixed(1)} %`;
    });
    say(`  ${group.padEnd(17)}${shares.map((share) => share.padStart(10)).join('')}`);
  }
};
