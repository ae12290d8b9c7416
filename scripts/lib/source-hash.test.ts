import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashSources } from './source-hash.ts';

describe('hashSources', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'agentweaver-hash-'));
    await mkdir(path.join(root, 'src/generated'), { recursive: true });
    await write('src/a.ts', 'one');
  });
  afterEach(() => rm(root, { recursive: true }));

  const write = (file: string, text: string) => writeFile(path.join(root, file), text);
  const hash = (salt: string[] = []) => hashSources(['src', 'package.json'], { root, salt });

  it('changes with a content, a name, a place that appears and the salt', async () => {
    const seen = [await hash(), await hash(['v25'])];
    await write('src/a.ts', 'two');
    seen.push(await hash());
    await write('src/b.ts', '');
    seen.push(await hash());
    await write('package.json', '{}');
    seen.push(await hash());
    expect(new Set(seen).size).toBe(5);
  });

  it('does not change with tests and generated files', async () => {
    const before = await hash();
    await write('src/a.test.ts', 'test');
    await write('src/generated/client.ts', 'client');
    expect(await hash()).toBe(before);
  });
});
