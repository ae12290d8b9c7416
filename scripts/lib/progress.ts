const ANNOUNCE_AFTER_MS = 1_500;

const paint = (code: number, text: string): string => (process.stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text);
export const green = (text: string): string => paint(32, text);
export const red = (text: string): string => paint(31, text);
export const yellow = (text: string): string => paint(33, text);
export const dim = (text: string): string => paint(2, text);
export const bold = (text: string): string => paint(1, text);

export const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

export const secondsSince = (start: number): string => `${((Date.now() - start) / 1000).toFixed(1)} s`;

/** What a step may tell while it runs; `note` ends up behind its title. */
export type StepReport = { detail: (text: string) => void; note: (text: string) => void };

/**
 * Runs one step and prints `✓ title (note)  1.2 s`, or `✗ title` before it throws on. A step that takes
 * longer than a moment is announced first, so that nobody wonders what is going on.
 */
export const step = async <T>(title: string, run: (report: StepReport) => Promise<T> | T): Promise<T> => {
  const start = Date.now();
  let note = '';
  let announced = false;
  const announce = () => {
    if (!announced) say(`  ${dim('•')} ${title} …`);
    announced = true;
  };
  const timer = setTimeout(announce, ANNOUNCE_AFTER_MS);
  const report: StepReport = {
    detail: (text) => {
      announce();
      say(dim(`      ${text}`));
    },
    note: (text) => {
      note = ` (${text})`;
    },
  };
  try {
    const result = await run(report);
    say(`  ${green('✓')} ${title}${note}  ${dim(secondsSince(start))}`);
    return result;
  } catch (error) {
    say(`  ${red('✗')} ${title}  ${dim(secondsSince(start))}`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
};
