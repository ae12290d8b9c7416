import { Stryker } from '@stryker-mutator/core';
import { inRoot } from '../lib/paths.ts';
import { bold, red, say } from '../lib/progress.ts';
import { messageOf } from '../lib/stop-error.ts';

/** What decides what runs, what is tried again and what is paid for; or the files that are named. */
const MUTATED =
  process.argv.slice(2).length > 0
    ? process.argv.slice(2)
    : [
        'packages/core/src/engine/scheduler.ts',
        'packages/core/src/engine/schedule-plan.ts',
        'packages/core/src/engine/retry.ts',
        'packages/core/src/budget/!(*.test).ts',
      ];

/** Below this share of changes that a test noticed, the command fails. */
const LEAST_SCORE = 85;

process.chdir(inRoot('.'));
say(`\n${bold('Would the tests notice?')} Each part is changed in small ways, and a test should fail every time.`);

try {
  const results = await new Stryker({
    mutate: MUTATED,
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutation/vitest.config.ts' },
    plugins: ['@stryker-mutator/vitest-runner'],
    coverageAnalysis: 'perTest',
    // The sandbox is a copy of the checkout: only what these tests read.
    ignorePatterns: ['**', '!packages/core/**', '!scripts/mutation/**', '!package.json', '!tsconfig*.json'],
    tsconfigFile: 'none',
    tempDirName: 'dist/mutation',
    concurrency: 2,
    timeoutMS: 10_000,
    reporters: ['progress-append-only', 'clear-text'],
    clearTextReporter: { allowColor: process.stdout.isTTY === true, reportTests: false, skipFull: true },
    thresholds: { high: 90, low: LEAST_SCORE, break: LEAST_SCORE },
  }).runMutationTest();
  const noticed = results.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  const counted = results.filter(({ status }) => !['Ignored', 'CompileError', 'RuntimeError'].includes(status)).length;
  say(`\nThe tests noticed ${noticed} of ${counted} changes: ${((100 * noticed) / counted).toFixed(1)} %.`);
} catch (error) {
  say(red(messageOf(error)));
  process.exitCode = 1;
}
