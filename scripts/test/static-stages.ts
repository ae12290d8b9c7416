import { inRoot } from '../lib/paths.ts';
import { type CommandResult, runCommand } from '../lib/run-command.ts';
import { NOTHING, oneCheck, type StageResult } from './result.ts';

const tool = (name: string, args: string[]): Promise<CommandResult> =>
  runCommand(inRoot('node_modules/.bin', name), args, { env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' } });

/** One check per workspace, and one for the tests and scripts. */
export const checkTypes = async (): Promise<StageResult> => {
  const { code, output } = await tool('turbo', [
    'run',
    'typecheck',
    'typecheck:root',
    '--continue',
    '--output-logs=errors-only',
    '--ui=stream',
  ]);
  const [, successful, total] = /Tasks:\s+(\d+) successful, (\d+) total/.exec(output) ?? [];
  if (code === 0 && total) return { ...NOTHING, passed: Number(successful) };
  const failed = Math.max(1, Number(total ?? 1) - Number(successful ?? 0));
  return { ...NOTHING, passed: Number(successful ?? 0), failed, output };
};

/** Format, rules, import cycles, forbidden imports. Warnings fail too. */
export const checkLint = async (): Promise<StageResult> =>
  oneCheck(await tool('biome', ['ci', '--error-on-warnings', '--max-diagnostics=100', '.']));

/** Files, exports and dependencies that nothing uses. */
export const checkUnused = async (): Promise<StageResult> => oneCheck(await tool('knip', ['--no-progress']));
