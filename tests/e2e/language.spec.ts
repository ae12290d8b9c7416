import { expect } from '@playwright/test';
import { test } from './support/test.ts';

test('the interface changes to Japanese and stays so', async ({ page, workspace }) => {
  await page.goto(`${workspace}/workflows`);
  await expect(page.getByRole('heading', { name: 'Workflows' })).toBeVisible();
  await page.getByRole('button', { name: /English/ }).click();
  await page.getByRole('menuitem', { name: '日本語' }).click();
  await expect(page.getByRole('heading', { name: 'ワークフロー' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  await page.goto(`${workspace}/executions`);
  await expect(page.getByRole('heading', { name: '実行履歴' })).toBeVisible();
});
