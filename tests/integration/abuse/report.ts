/** Counts attempts and says at the end how many there were; what was not refused has failed its test by then. */
export const reportAttempts = (what: string): { count: (number?: number) => void; print: () => void } => {
  let total = 0;
  return {
    count: (number = 1) => {
      total += number;
    },
    print: () =>
      process.stdout.write(`abuse corpus, ${what}: ${total} attempts, all refused unless a test above failed\n`),
  };
};
