import { expect } from '@playwright/test';
import { approvedList } from './support/definitions.ts';
import { test } from './support/test.ts';

test('a person is asked, answers from the inbox, and the execution goes on; its rounds can be looked at and run again', async ({
  page,
  api,
  workspace,
}) => {
  const workflowId = await api.createWorkflow('Approved list', approvedList);
  const id = await api.execute(workflowId, { names: ['Ada', 'Grace', 'Edsger'] });
  await api.waitFor(id, 'waiting');

  await page.goto(`${workspace}/inbox`);
  const main = page.getByRole('main');
  const question = main.getByRole('region', { name: /Approve/ });
  await expect(question.getByText('Send these 3 greetings?')).toBeVisible();
  await question.getByRole('textbox').fill('Looks good');
  await question.getByRole('button', { name: 'Approve' }).click();
  const execution = await api.waitFor(id, 'completed');
  expect(execution.results).toEqual({ sent: ['Hello Ada!', 'Hello Grace!', 'Hello Edsger!'] });
  await page.reload();
  await expect(main.getByText('Send these 3 greetings?')).toBeHidden();

  // The runs of a step in the map, one of them by its address.
  await page.goto(`${workspace}/executions/${id}?step=greet`);
  const details = page.getByRole('complementary', { name: 'Step details' });
  await expect(details.getByText('3 of 3 done')).toBeVisible();
  await details.getByRole('button', { name: /Run 2/ }).click();
  await expect(details.getByText('Hello Grace!')).toBeVisible();
  await expect(page).toHaveURL(/iteration=each/);

  // What follows the map, on other results: nothing before it runs again.
  await page.goto(`${workspace}/executions/${id}?step=each`);
  await details.getByRole('button', { name: 'Run options of this step' }).click();
  await page.getByRole('menuitem', { name: /Edit the output/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('["Hello World!"]');
  await dialog.getByRole('button', { name: 'Run what follows' }).click();
  await expect(page).not.toHaveURL(new RegExp(id));
  await expect(main.getByText('Send these 1 greetings?')).toBeVisible({ timeout: 45_000 });
  await main.getByRole('button', { name: 'Reject' }).click();
  await expect(main.getByText('not sent').first()).toBeVisible({ timeout: 45_000 });
});
