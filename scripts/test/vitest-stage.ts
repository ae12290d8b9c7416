import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { forPeople, inRoot } from '../lib/paths.ts';
import { say } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';
import { NOTHING, type StageResult } from './result.ts';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

export type Project = 'unit' | 'integration';

/** Runs the projects in one go (their coverage is one report), printing as it goes. */
export const runVitest = async (projects: Project[], options: { coverage: boolean }): Promise<StageResult> => {
  const dir = await mkdtemp(path.join(tmpdir(), 'agentweaver-tests-'));
  const reportFile = path.join(dir, 'report.json');
  try {
    const { code } = await runCommand(
      process.execPath,
      [
        inRoot('node_modules/vitest/vitest.mjs'),
        'run',
        ...projects.flatMap((project) => ['--project', project]),
        ...(options.coverage ? ['--coverage'] : []),
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${reportFile}`,
      ],
      { onLine: (line) => say(`    ${line}`) },
    );
    return summarise(await readReport(reportFile), code);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

type Report = z.infer<typeof reportSchema>;

const readReport = async (file: string): Promise<Report | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : reportSchema.parse(JSON.parse(text));
};

/** A file that could not even be loaded has no tests to count: it counts as one failure, and so does a run without a report. */
export const summarise = (report: Report | undefined, code: number): StageResult => {
  if (!report) return { ...NOTHING, failed: 1 };
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const leftOut = report.testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status !== 'passed' && test.status !== 'failed')
      .map((test) => `${forPeople(file.name)}: ${test.fullName.trim()}`),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  return {
    ...NOTHING,
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: leftOut.length,
    leftOut,
  };
};
