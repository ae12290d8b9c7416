import { expect, type Page } from '@playwright/test';
import { Api, problemOf } from './support/api.ts';
import { greeting } from './support/definitions.ts';
import { test } from './support/test.ts';

// The browser reports the refused requests that this test provokes.
test.use({ expectedErrors: [/status of 404/] });

const createToken = async (page: Page): Promise<string> => {
  await page.getByRole('button', { name: 'New token' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New token' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Nosy program');
  await dialog.getByRole('button', { name: 'New token' }).click();
  return (await dialog.getByTestId('secret').innerText()).trim();
};

test('one workspace cannot see or touch another', async ({ page, api, demo }) => {
  const foreignId = await api.createWorkflow('Not for strangers', greeting);
  const foreignRun = await api.execute(foreignId, { name: 'Ada' });
  await api.waitFor(foreignRun, 'completed');

  await page.goto('/sign-up');
  await page.getByRole('textbox', { name: 'Name' }).fill('Grace Stranger');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('grace@example.com');
  await page.getByRole('textbox', { name: 'Password' }).fill('correct horse 4711');
  await page.getByRole('button', { name: 'Create an account', exact: true }).click();
  await page.waitForURL(/\/w\/[^/]+/);
  const own = /\/w\/[^/]+/.exec(page.url())?.[0] ?? '';

  // By address, in their own workspace: as if it did not exist.
  await page.goto(`${own}/workflows/${foreignId}`);
  await expect(page.getByText('This workflow does not exist')).toBeVisible();
  await page.goto(`${own}/executions/${foreignRun}`);
  await expect(page.getByText('There is no such execution')).toBeVisible();

  // By REST, with a token of their own.
  await page.goto(`${own}/settings/tokens`);
  const token = await createToken(page);
  const stranger = await Api.open({ url: demo.url, token });
  for (const path of [`workflows/${foreignId}`, `executions/${foreignRun}`, `executions/${foreignRun}/logs`]) {
    await problemOf(await stranger.context.get(path), 404);
  }
  await problemOf(await stranger.context.post(`workflows/${foreignId}/execute`, { data: { input_data: {} } }), 404);
  await problemOf(await stranger.context.post(`executions/${foreignRun}/cancel`), 404);
  expect((await (await stranger.context.get('workflows')).json()).items).not.toContainEqual(
    expect.objectContaining({ id: foreignId }),
  );
  await stranger.close();
});
