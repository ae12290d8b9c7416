import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { inRoot } from '../lib/paths.ts';
import { say } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';
import { ensureBrowser } from './ensure-browser.ts';
import { NOTHING, type StageResult } from './result.ts';

const reportSchema = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.object({ message: z.string().optional() })),
});

/** Starts the whole product on a data folder of its own and uses it in a real browser. A flaky test is a failed one. */
export const runPlaywright = async (): Promise<StageResult> => {
  const browser = await ensureBrowser();
  const dir = await mkdtemp(path.join(tmpdir(), 'agentweaver-tests-'));
  const reportFile = path.join(dir, 'report.json');
  try {
    const { code } = await runCommand(
      process.execPath,
      [inRoot('node_modules/@playwright/test/cli.js'), 'test', '--reporter=list,json'],
      {
        env: { PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile, AGENTWEAVER_TEST_BROWSER: browser },
        onLine: (line) => say(`    ${line}`),
      },
    );
    const text = await readFile(reportFile, 'utf8').catch(() => undefined);
    if (text === undefined) return { ...NOTHING, failed: 1 };
    const { stats, errors } = reportSchema.parse(JSON.parse(text));
    const failed = stats.unexpected + stats.flaky + errors.length;
    return {
      ...NOTHING,
      passed: stats.expected,
      failed: failed === 0 && code !== 0 ? 1 : failed,
      skipped: stats.skipped,
      leftOut: stats.skipped > 0 ? [`${stats.skipped} browser tests`] : [],
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};
