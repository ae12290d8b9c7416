import { defineConfig } from 'vitest/config';

/** Small tests that know the mutated files: a property that runs on after a change may never end. */
export default defineConfig({
  test: {
    include: [
      'packages/core/src/engine/{scheduler*,schedule-plan,retry}.test.ts',
      'packages/core/src/graph/{graph,scopes,feedback-regions}.test.ts',
      'packages/core/src/budget/*.test.ts',
    ],
  },
});
