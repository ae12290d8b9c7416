// Pictures of every main page: `npm run screenshots -- <folder> [data folder of the running copy]`.
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium } from '@playwright/test';
import { z } from 'zod';
import { BROWSER_ARGS, findBrowser } from '../lib/find-browser.ts';
import { inRoot } from '../lib/paths.ts';
import { red, say } from '../lib/progress.ts';
import { signInByRequest } from '../lib/sign-in.ts';
import { messageOf, StopError } from '../lib/stop-error.ts';
import { findPages, type Shot } from './pages.ts';

const demoSchema = z.object({ url: z.string(), email: z.string(), password: z.string() });
type Demo = z.infer<typeof demoSchema>;

type Look = { width: number; height: number; scheme: 'light' | 'dark'; locale: 'en' | 'ja' };

const LOOKS: Look[] = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
].flatMap((size) =>
  (['light', 'dark'] as const).flatMap((scheme) =>
    (['en', 'ja'] as const).map((locale) => ({ ...size, scheme, locale })),
  ),
);

const readDemo = async (dataDir: string): Promise<Demo> => {
  const file = path.join(dataDir, 'demo.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new StopError(`${file} is not there. Start the product first: npm start`);
  });
  return demoSchema.parse(JSON.parse(text));
};

const openContext = async (browser: Browser, demo: Demo, look: Look, signedIn: boolean): Promise<BrowserContext> => {
  const context = await browser.newContext({
    baseURL: demo.url,
    viewport: { width: look.width, height: look.height },
    colorScheme: look.scheme,
    reducedMotion: 'reduce',
  });
  await context.addCookies([{ name: 'NEXT_LOCALE', value: look.locale, url: demo.url }]);
  if (signedIn) await signInByRequest(context, demo);
  return context;
};

const take = async (context: BrowserContext, shot: Shot, file: string): Promise<void> => {
  const page = await context.newPage();
  try {
    await page.goto(shot.path);
    // Skeletons give way to data; live connections stay open, so the network is never idle.
    await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
    await page.evaluate(() => document.fonts.ready);
    await shot.prepare?.(page);
    await page.screenshot({ path: file, animations: 'disabled' });
    say(`  ${file}`);
  } finally {
    await page.close();
  }
};

const main = async (): Promise<void> => {
  const [folder, dataDir = inRoot('.agentweaver')] = process.argv.slice(2);
  if (!folder) throw new StopError('Usage: npm run screenshots -- <folder> [data folder of the running copy]');
  const demo = await readDemo(dataDir);
  await mkdir(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: findBrowser(), args: BROWSER_ARGS });
  try {
    for (const look of LOOKS) {
      const [member, visitor] = await Promise.all(
        [true, false].map((signedIn) => openContext(browser, demo, look, signedIn)),
      );
      if (!member || !visitor) throw new Error('No browser context.');
      for (const shot of await findPages(member)) {
        const name = `${shot.name}-${look.width}-${look.scheme}-${look.locale}.png`;
        await take(shot.anonymous ? visitor : member, shot, path.join(folder, name));
      }
      await Promise.all([member.close(), visitor.close()]);
    }
  } finally {
    await browser.close();
  }
};

try {
  await main();
} catch (error) {
  say(red(messageOf(error)));
  process.exitCode = 1;
}
