import { defineConfig } from 'vitest/config';

/** The tests that know the mutated files; the copy that they run in has little else. */
export default defineConfig({
  test: {
    include: [
      'packages/core/src/engine/*.test.ts',
      'packages/core/src/graph/{graph,scopes,feedback-regions}.test.ts',
      'packages/core/src/budget/*.test.ts',
    ],
    testTimeout: 15_000,
  },
});
