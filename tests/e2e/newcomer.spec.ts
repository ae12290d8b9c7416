import { expect } from '@playwright/test';
import { Builder } from './support/builder.ts';
import { test } from './support/test.ts';

const OWN_TEXT = `Hi, the app crashes with error 502 whenever I open the export page on my phone.
I tried to reinstall it twice. My name is Quentin Albatross.`;

test('a newcomer signs in, changes the triage sample, runs it on a text of their own and sees the result live', async ({
  page,
  demo,
}) => {
  await page.goto('/');
  await page.getByRole('textbox', { name: 'E-mail' }).fill(demo.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(demo.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();

  await page.getByRole('link', { name: 'Support ticket triage' }).first().click();
  const builder = new Builder(page);
  await expect(builder.node('Classify')).toBeVisible();

  await builder.dragFromPalette('Output', { x: 420, y: 560 });
  await builder.connect('Output of Classify', 'Input of Output');
  await builder.setField('Output', 'Value', 'Verdict: {{ steps.classify.output.category }} / {{ input.message }}');
  await builder.expectSaved();

  const run = await builder.run('Ticket', OWN_TEXT);
  await expect(run.getByText('Completed')).toBeVisible({ timeout: 45_000 });
  await expect(run).toContainText('Verdict: technical');
  await expect(run).toContainText('Quentin Albatross');

  await run.getByRole('link', { name: 'Open log' }).click();
  await expect(page).toHaveURL(/\/executions\/[0-9a-f-]{36}/);
  const main = page.getByRole('main');
  await expect(main.getByText('Completed').first()).toBeVisible();
  await expect(main).toContainText('Quentin Albatross');
  await expect(main).toContainText('Classify');
});
