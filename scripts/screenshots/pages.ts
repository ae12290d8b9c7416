import type { BrowserContext, Page } from '@playwright/test';
import { StopError } from '../lib/stop-error.ts';

export type Shot = {
  name: string;
  path: string;
  /** Taken without being signed in. */
  anonymous?: boolean;
  prepare?: (page: Page) => Promise<void>;
};

/** Every main page of the signed-in person's workspace, with its triage sample and its newest execution. */
export const findPages = async (context: BrowserContext): Promise<Shot[]> => {
  const page = await context.newPage();
  await page.goto('/');
  await page.waitForURL(/\/w\/[^/]+/);
  const workspace = /\/w\/[^/]+/.exec(page.url())?.[0] ?? '';
  const workflow = await firstLink(page, `${workspace}/workflows`);
  const execution = await firstLink(page, `${workspace}/executions`);
  await page.close();
  return [
    { name: 'sign-in', path: '/sign-in', anonymous: true },
    { name: 'sign-up', path: '/sign-up', anonymous: true },
    { name: 'workflows', path: `${workspace}/workflows` },
    { name: 'builder', path: workflow, prepare: waitForCanvas },
    {
      name: 'builder-step',
      path: workflow,
      prepare: async (opened) => {
        await waitForCanvas(opened);
        await opened.locator('.react-flow__node').nth(1).click();
      },
    },
    { name: 'executions', path: `${workspace}/executions` },
    { name: 'execution', path: execution, prepare: waitForCanvas },
    { name: 'analytics', path: `${workspace}/analytics` },
    { name: 'settings-keys', path: `${workspace}/settings/keys` },
    { name: 'settings-tokens', path: `${workspace}/settings/tokens` },
    { name: 'settings-members', path: `${workspace}/settings/members` },
    { name: 'settings-system', path: `${workspace}/settings/system` },
  ];
};

const waitForCanvas = (page: Page): Promise<void> => page.locator('.react-flow__node').first().waitFor();

/** The first address below `list` that the list page links to. */
const firstLink = async (page: Page, list: string): Promise<string> => {
  await page.goto(list);
  const link = page.locator(`main a[href^="${list}/"]`).first();
  const href = await link.getAttribute('href', { timeout: 15_000 }).catch(() => null);
  if (!href) throw new StopError(`${list} links to nothing to take a picture of.`);
  return href;
};
