import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const PACKAGE_ROOT = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', PACKAGE_ROOT), 'utf8');
const examples = [...readme.matchAll(/^## (.+)\n(?:(?!^## )[\s\S])*?```ts\n([\s\S]*?)```/gm)].map(
  ([, title = '', source = '']) => ({ title, source }),
);

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What the comments beside `console.log` promise, as a pattern: `…` stands for any lines. */
const promised = (source: string): RegExp => {
  const lines = [...source.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, line = '']) => line);
  const patterns = lines.map((line) => (line === '…' ? '(?:.+\\n)+?' : `${literally(line)}\\n`));
  return new RegExp(`^${patterns.join('')}$`);
};

describe('the examples of the README', () => {
  it('are all found', () => {
    expect(examples.map(({ title }) => title)).toEqual([
      'Research, write, review',
      'A coordinator with three specialists',
      'A hundred items, five at a time',
      'What an agent can be given',
      'Running',
      'Any workflow',
      'Messages',
    ]);
  });

  // Each starts a process of its own.
  it.each(examples)('$title: prints what it says', { timeout: 60_000 }, async ({ source }) => {
    const args = ['--input-type=module-typescript', '--eval', source];
    // No key of the developer's, so that nothing is asked outside.
    const env = { PATH: process.env.PATH };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: PACKAGE_ROOT, env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(promised(source));
  });
});
