import { signWebhook } from '@agentweaver/core/webhooks/signature';
import { expect } from '@playwright/test';
import { greeting } from './support/definitions.ts';
import { test } from './support/test.ts';

test('a workflow is scheduled, and called by another program that signs', async ({ page, workspace, api, demo }) => {
  const name = 'Greeting on call';
  const workflowId = await api.createWorkflow(name, greeting);
  await page.goto(`${workspace}/triggers?workflow=${workflowId}`);
  await expect(page.getByText('No schedules yet')).toBeVisible();

  await page.getByRole('button', { name: 'New schedule' }).first().click();
  const form = page.getByRole('dialog', { name: 'New schedule' });
  await form.getByRole('textbox', { name: 'Name', exact: true }).first().fill('Weekdays');
  await form.getByRole('textbox', { name: 'Cron expression' }).fill('every day');
  await expect(form.getByText('Five fields are needed')).toBeVisible();
  await form.getByRole('textbox', { name: 'Cron expression' }).fill('30 17 * * 1-5');
  await expect(form.getByText('Monday to Friday at 17:30')).toBeVisible();
  await expect(form.getByRole('list', { name: 'Next times' }).getByRole('listitem')).toHaveCount(5);
  await form.getByRole('group', { name: 'Input of each run' }).getByRole('textbox', { name: 'Name' }).fill('Ada');
  await form.getByRole('button', { name: 'Create schedule' }).click();
  const schedule = page.getByRole('listitem', { name: 'Weekdays' });
  await expect(schedule.getByText('Monday to Friday at 17:30')).toBeVisible();
  await expect(schedule.getByText(/^Next run/)).toBeVisible();
  // The dialog gives the focus back when it is gone; until then it would lie above the switch.
  await expect(form).toBeHidden();
  await schedule.getByRole('switch').press('Space');
  await expect(schedule.getByText('Paused')).toBeVisible();

  await page.getByRole('tab', { name: 'Webhooks' }).click();
  await page.getByRole('button', { name: 'New webhook' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New webhook' });
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Orders');
  await dialog.getByRole('button', { name: 'Create webhook' }).click();
  const secret = (await dialog.getByTestId('secret').textContent())?.trim() ?? '';
  expect(secret).toMatch(/^whsec_/);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  const webhook = page.getByRole('listitem', { name: 'Orders' });
  await expect(page.getByText(secret)).toHaveCount(0);
  const url = (await webhook.getByText(/\/api\/hooks\//).textContent()) ?? '';
  expect(url.startsWith(demo.url)).toBe(true);

  const body = JSON.stringify({ name: 'Grace' });
  const call = (key: string) => {
    const message = { id: `msg_${Date.now()}`, timestamp: Math.floor(Date.now() / 1_000), body };
    const headers = { 'content-type': 'application/json', ...signWebhook(key, message) };
    return fetch(url, { method: 'POST', headers, body });
  };
  expect((await call('whsec_c29tZSBvdGhlciBzZWNyZXQ=')).status).toBe(401);
  const answer = await call(secret);
  expect(answer.status).toBe(202);
  const { execution_id: executionId } = (await answer.json()) as { execution_id: string };
  expect(await api.waitFor(executionId, 'completed')).toMatchObject({ results: 'Hello, Grace!' });

  await webhook.getByRole('button', { name: 'Last calls' }).click();
  await expect(webhook.getByText('The signature is wrong')).toBeVisible();
  await webhook.getByRole('link', { name: 'Open the execution' }).click();
  await expect(page).toHaveURL(new RegExp(executionId));
  await expect(page.getByRole('main').getByRole('link', { name: 'Orders' })).toBeVisible();
});

test('a run is put off from the builder, and says when it starts', async ({ page, workspace, api }) => {
  const workflowId = await api.createWorkflow('Greeting tomorrow', greeting);
  await page.goto(`${workspace}/workflows/${workflowId}`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Run workflow' });
  await form.getByRole('textbox', { name: 'Name' }).fill('Ada');
  await form.getByRole('button', { name: 'When to start' }).click();
  await page.getByRole('menuitem', { name: 'Run later…' }).click();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  await form.getByLabel('Start at').fill(tomorrow);
  await form.getByRole('button', { name: 'Set the start' }).click();
  await page.getByRole('link', { name: 'Show it' }).click();
  await expect(page.getByRole('main').getByText(/^starts at/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('main').getByText('Cancelled').first()).toBeVisible();
});
