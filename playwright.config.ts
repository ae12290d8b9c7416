import { defineConfig } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from './scripts/lib/find-browser.ts';

const executablePath = process.env.AGENTWEAVER_TEST_BROWSER || findBrowser();

/** The whole product, started once by `tests/e2e/support/start-product.ts` on a data folder and ports of its own. */
export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '*.spec.ts',
  globalSetup: './tests/e2e/support/start-product.ts',
  // One product and two cores: more at once only slow each other.
  workers: 1,
  forbidOnly: process.env.CI === 'true',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    locale: 'en-US',
    timezoneId: 'UTC',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: { executablePath, args: BROWSER_ARGS },
  },
});
