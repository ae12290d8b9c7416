import { existsSync } from 'node:fs';
import { findBrowser } from '../lib/find-browser.ts';
import { inRoot } from '../lib/paths.ts';
import { say } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';
import { StopError } from '../lib/stop-error.ts';

/** The browser for the tests; a missing one is installed, and said. Throws a `StopError` when there is no way to get one. */
export const ensureBrowser = async (): Promise<string> => {
  const present = findBrowser();
  if (present) return present;
  say('  No browser was found: installing Chromium with Playwright (its own download).');
  const download = await runCommand(process.execPath, [
    inRoot('node_modules/@playwright/test/cli.js'),
    'install',
    'chromium',
  ]);
  const downloaded = findBrowser();
  if (download.code === 0 && downloaded) return downloaded;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    say('  That download failed; installing the package chromium with apt-get.');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await runCommand('apt-get', ['update', '-q'], { env });
    await runCommand('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env });
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new StopError(
    'There is no browser for the tests and none could be installed. Install Chromium or Chrome, then run the tests again.',
  );
};
