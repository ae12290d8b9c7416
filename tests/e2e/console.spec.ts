import { expect } from '@playwright/test';
import { longWait } from './support/definitions.ts';
import { test } from './support/test.ts';

test('an execution is watched as it happens, and cancelled', async ({ page, api, workspace }) => {
  const workflowId = await api.createWorkflow('Watched wait', longWait);
  const id = await api.execute(workflowId, {});
  await page.goto(`${workspace}/executions/${id}`);
  const main = page.getByRole('main');
  await expect(main.getByText('Running').first()).toBeVisible();
  await main.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(main.getByText('Cancelled').first()).toBeVisible();
  expect((await api.execution(id)).status).toBe('cancelled');
});

test('the first start has run a sample, so the console and the analytics are not empty', async ({
  page,
  workspace,
}) => {
  await page.goto(`${workspace}/executions`);
  await expect(page.getByRole('main').getByRole('link', { name: 'Support ticket triage' }).first()).toBeVisible();
  await page.goto(`${workspace}/analytics`);
  await expect(page.getByRole('main').getByText('Support ticket triage').first()).toBeVisible();
});
