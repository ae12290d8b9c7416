import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const PACKAGE_ROOT = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', PACKAGE_ROOT), 'utf8');
const examples = [...readme.matchAll(/^## (.+)\n(?:(?!^## )[\s\S])*?```ts\n([\s\S]*?)```/gm)].map(
  ([, title = '', source = '']) => ({ title, source }),
);

/** Each in a block of its own, all in one process: starting one takes longer than all of them. */
const program = examples
  .map(({ title, source }) => {
    const block = source.replace(/^import \{ (.+) \} from ('.+');$/gm, 'const { $1 } = await import($2);');
    return `console.log(${JSON.stringify(`## ${title}`)});\n{\n${block}\n}`;
  })
  .join('\n');

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What the comments beside `console.log` promise, as a pattern: `…` stands for any lines. */
const promised = (source: string): RegExp => {
  const lines = [...source.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, line = '']) => line);
  const patterns = lines.map((line) => (line === '…' ? '(?:.+\\n)+?' : `${literally(line)}\\n`));
  return new RegExp(`^${patterns.join('')}$`);
};

describe('the examples of the README', () => {
  let printed = new Map<string, string>();

  beforeAll(async () => {
    const args = ['--input-type=module-typescript', '--eval', program];
    // No key of the developer's, so that nothing is asked outside.
    const env = { PATH: process.env.PATH };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: PACKAGE_ROOT, env });
    expect(stderr).toBe('');
    printed = new Map(
      [...stdout.matchAll(/^## (.+)\n((?:(?!## ).*\n)*)/gm)].map(([, title = '', text = '']) => [title, text]),
    );
  }, 120_000);

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

  it.each(examples)('$title: prints what it says', ({ title, source }) => {
    expect(printed.get(title)).toMatch(promised(source));
  });
});
