export type StageResult = {
  passed: number;
  failed: number;
  skipped: number;
  /** What was left out, by name, for the closing report. */
  leftOut: string[];
  /** What a person needs to see of a failure; empty when it was printed as it ran. */
  output: string;
};

export const NOTHING: StageResult = { passed: 0, failed: 0, skipped: 0, leftOut: [], output: '' };

export const add = (a: StageResult, b: StageResult): StageResult => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  leftOut: [...a.leftOut, ...b.leftOut],
  output: '',
});

/** A stage that is one check: it passes or fails as a whole. */
export const oneCheck = ({ code, output }: { code: number; output: string }): StageResult => ({
  ...NOTHING,
  ...(code === 0 ? { passed: 1 } : { failed: 1, output }),
});
