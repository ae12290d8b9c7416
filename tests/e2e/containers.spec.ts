import { expect } from '@playwright/test';
import { Builder } from './support/builder.ts';
import { approvedList } from './support/definitions.ts';
import { test } from './support/test.ts';

test('steps go into containers and out of them, and a run is answered beside the canvas', async ({
  page,
  api,
  workspace,
}) => {
  const workflowId = await api.createWorkflow('Containers in the builder', approvedList);
  await page.goto(`${workspace}/workflows/${workflowId}`);
  const builder = new Builder(page);
  await expect(builder.node('Greet')).toBeVisible();
  const frame = builder.node('Each name');

  // Into the frame by the mouse: its connections would lead across the border, so they go, and come back with it.
  const keep = await builder.node('Keep').boundingBox();
  const body = await frame.boundingBox();
  if (!keep || !body) throw new Error('the nodes are not on the screen');
  const edges = await builder.edges().count();
  await page.mouse.move(keep.x + keep.width / 2, keep.y + 10);
  await page.mouse.down();
  await page.mouse.move(body.x + body.width / 2, body.y + body.height - 30, { steps: 12 });
  await page.mouse.up();
  await expect(page.getByText('2 connections were removed')).toBeVisible();
  await expect(builder.edges()).toHaveCount(edges - 2);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(builder.edges()).toHaveCount(edges);

  const box = await frame.boundingBox();
  const canvas = await builder.canvas.boundingBox();
  if (!box || !canvas) throw new Error('the container is not on the screen');
  await builder.dragFromPalette('Note', {
    x: box.x - canvas.x + box.width * 0.75,
    y: box.y - canvas.y + box.height * 0.8,
  });
  await page.keyboard.press('Escape');

  // A container that holds something asks what becomes of it.
  await frame.getByTitle('Each name', { exact: true }).click();
  await page.keyboard.press('Escape');
  await frame.getByTitle('Each name', { exact: true }).click({ modifiers: ['Shift'] });
  await page.keyboard.press('Delete');
  const question = page.getByRole('dialog', { name: 'What about the steps inside?' });
  await expect(question).toContainText('Each name');
  await question.getByRole('button', { name: 'Keep what is inside' }).click();
  await expect(frame).toHaveCount(0);
  await expect(builder.node('Greet')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(frame).toBeVisible();
  await builder.expectSaved();

  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Run workflow' });
  await form.getByRole('textbox', { name: 'Names' }).fill('["Ada", "Grace"]');
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  const panel = page.getByRole('region', { name: 'Run', exact: true });
  await expect(panel.getByText('Send these 2 greetings?')).toBeVisible({ timeout: 45_000 });
  await expect(builder.node('Greet').getByText('2/2')).toBeVisible();
  await expect(builder.node('Approve').getByText('Waits for a person')).toBeVisible();
  await panel.getByRole('button', { name: 'Approve' }).click();
  await expect(panel.getByText('Hello Grace!')).toBeVisible({ timeout: 45_000 });
});
