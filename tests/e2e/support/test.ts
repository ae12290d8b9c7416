import { test as base, expect, type Page } from '@playwright/test';
import { signInByRequest } from '../../../scripts/lib/sign-in.ts';
import { Api } from './api.ts';
import { type Demo, readDemo } from './demo.ts';

/** Noise of the browser, not of the product. */
const ALLOWED = [/Download the React DevTools/, /net::ERR_ABORTED/];

type Fixtures = {
  demo: Demo;
  /** The REST API with the demo's token. */
  api: Api;
  /** Signs the page's context in as the demo user, without the form; gives the path of the workspace, `/w/<slug>`. */
  workspace: string;
  /** Errors in the browser's console that the test provokes. */
  expectedErrors: RegExp[];
  consoleErrors: string[];
  failOnConsoleErrors: undefined;
};

/** `test` with the demo's facts at hand; an error in the browser's console fails the test that caused it. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the fixtures' names from the pattern
  demo: async ({}, use) => use(await readDemo()),
  baseURL: async ({ demo }, use) => use(demo.url),
  api: async ({ demo }, use) => {
    const api = await Api.open(demo);
    await use(api);
    await api.close();
  },
  workspace: async ({ context, demo, page }, use) => {
    await signInByRequest(context, demo);
    await page.goto('/');
    await page.waitForURL(/\/w\/[^/]+/);
    await use(/\/w\/[^/]+/.exec(page.url())?.[0] ?? '');
  },
  expectedErrors: [[], { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: as above
  consoleErrors: async ({}, use) => use([]),
  failOnConsoleErrors: [
    async ({ context, consoleErrors, expectedErrors }, use) => {
      const watch = (page: Page) => {
        page.on('console', (message) => {
          if (message.type() === 'error') consoleErrors.push(`${message.text()} (${message.location().url})`);
        });
        page.on('pageerror', (error) => consoleErrors.push(error.stack ?? error.message));
      };
      context.on('page', watch);
      await use(undefined);
      const allowed = [...ALLOWED, ...expectedErrors];
      expect(consoleErrors.filter((text) => !allowed.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});
