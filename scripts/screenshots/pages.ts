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
  const workflow = await findLink(page, `${workspace}/workflows`, 'Support ticket triage');
  const execution = await findLink(page, `${workspace}/executions`);
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
    { name: 'builder-run', path: workflow, prepare: runWorkflow },
    { name: 'triggers', path: `${workspace}/triggers` },
    { name: 'executions', path: `${workspace}/executions` },
    { name: 'execution', path: execution, prepare: waitForCanvas },
    { name: 'analytics', path: `${workspace}/analytics` },
    { name: 'settings-keys', path: `${workspace}/settings/keys` },
    { name: 'settings-credentials', path: `${workspace}/settings/credentials` },
    { name: 'settings-tokens', path: `${workspace}/settings/tokens` },
    { name: 'settings-members', path: `${workspace}/settings/members` },
    { name: 'settings-system', path: `${workspace}/settings/system` },
  ];
};

const waitForCanvas = (page: Page): Promise<void> => page.locator('.react-flow__node').first().waitFor();

/** By keyboard and roles, so that it works in every language. */
const runWorkflow = async (page: Page): Promise<void> => {
  await waitForCanvas(page);
  await page.keyboard.press('ControlOrMeta+Enter');
  await page.getByRole('dialog').locator('button[type="submit"]').click();
  await page.locator('[aria-live] [data-status="completed"]').waitFor({ timeout: 60_000 });
};

/** The address of something below `list`: with this text when there is such a link, else the first. */
const findLink = async (page: Page, list: string, text = ''): Promise<string> => {
  await page.goto(list);
  const links = page.locator(`main a[href^="${list}/"]`);
  await links
    .first()
    .waitFor({ state: 'attached', timeout: 15_000 })
    .catch(() => {
      throw new StopError(`${list} links to nothing to take a picture of.`);
    });
  const named = links.filter({ hasText: text });
  const href = await ((await named.count()) > 0 ? named : links).first().getAttribute('href');
  return href ?? list;
};
