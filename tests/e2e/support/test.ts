import { test as base, expect, type Page } from '@playwright/test';
import { type Demo, readDemo } from './demo.ts';

/** Noise of the browser, not of the product. */
const ALLOWED = [/Download the React DevTools/, /net::ERR_ABORTED/];

/** `test` with the demo's facts at hand; an error in the browser's console fails the test that caused it. */
export const test = base.extend<{ demo: Demo; consoleErrors: string[]; failOnConsoleErrors: undefined }>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the fixtures' names from the pattern
  demo: async ({}, use) => use(await readDemo()),
  baseURL: async ({ demo }, use) => use(demo.url),
  // biome-ignore lint/correctness/noEmptyPattern: as above
  consoleErrors: async ({}, use) => use([]),
  failOnConsoleErrors: [
    async ({ context, consoleErrors }, use) => {
      const watch = (page: Page) => {
        page.on('console', (message) => {
          if (message.type() === 'error') consoleErrors.push(`${message.text()} (${message.location().url})`);
        });
        page.on('pageerror', (error) => consoleErrors.push(error.stack ?? error.message));
      };
      context.on('page', watch);
      await use(undefined);
      expect(consoleErrors.filter((text) => !ALLOWED.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});
