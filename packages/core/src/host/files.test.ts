import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderFiles } from './folder-files.ts';
import type { CallContext, Host } from './host.ts';
import { mediaTypeOf } from './media-type.ts';
import { createMemoryFiles } from './memory-files.ts';
import { MAX_FILE_BYTES } from './ports/files.ts';

const call: CallContext = {
  nodeId: 'a',
  iteration: '',
  attempt: 1,
  index: 0,
  signal: new AbortController().signal,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agentweaver-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['memory', () => createMemoryFiles()],
  ['a folder', () => createFolderFiles(join(folder, 'run'))],
])('files in %s', (_kind, create: () => Host['files']) => {
  it('are written, read and listed in order', async () => {
    const files = create();
    expect(await files.list({}, call)).toEqual([]);
    expect(await files.write({ path: 'b/deep/ü.md', content: 'Tee für zwei' }, call)).toEqual({
      path: 'b/deep/ü.md',
      size: 13,
      mediaType: 'text/markdown',
    });
    await files.write({ path: 'a.bin', content: '/9gA', encoding: 'base64' }, call);
    await files.write({ path: 'c.json', content: '{}' }, call);
    expect(await files.read({ path: 'b/deep/ü.md' }, call)).toEqual({
      path: 'b/deep/ü.md',
      content: 'Tee für zwei',
      encoding: 'utf8',
      mediaType: 'text/markdown',
      size: 13,
    });
    expect(await files.read({ path: 'a.bin', encoding: 'base64' }, call)).toMatchObject({ content: '/9gA', size: 3 });
    expect((await files.list({}, call)).map(({ path }) => path)).toEqual(['a.bin', 'b/deep/ü.md', 'c.json']);
    expect(await files.list({ prefix: 'b/' }, call)).toEqual([
      { path: 'b/deep/ü.md', size: 13, mediaType: 'text/markdown' },
    ]);
  });

  it('are replaced, or added to', async () => {
    const files = create();
    await files.write({ path: 'a.txt', content: 'one', append: true }, call);
    await files.write({ path: 'a.txt', content: ' two', append: true }, call);
    expect(await files.read({ path: 'a.txt' }, call)).toMatchObject({ content: 'one two' });
    await files.write({ path: 'a.txt', content: 'three' }, call);
    expect(await files.read({ path: 'a.txt' }, call)).toMatchObject({ content: 'three' });
  });

  it.each(['', '/etc/passwd', '../x', 'a/../../x', 'a//b', './a', 'a\\b', 'a\0b', 'x'.repeat(501)])(
    'have no path “%s”',
    async (path) => {
      const files = create();
      const refusal = { data: { code: 'file_failed', message: expect.stringContaining('cannot name a file') } };
      await expect(files.read({ path }, call)).rejects.toMatchObject(refusal);
      await expect(files.write({ path, content: '' }, call)).rejects.toMatchObject(refusal);
    },
  );

  it('say what is not there, what is no text, and what is too large', async () => {
    const files = create();
    await expect(files.read({ path: 'none.md' }, call)).rejects.toMatchObject({
      data: { code: 'file_failed', message: 'There is no file none.md.' },
    });
    await files.write({ path: 'a.png', content: '/9gA', encoding: 'base64' }, call);
    await expect(files.read({ path: 'a.png' }, call)).rejects.toMatchObject({
      data: { code: 'file_failed', message: 'The file a.png is not text.', hint: expect.stringContaining('base64') },
    });
    await files.write({ path: 'a.txt', content: 'x'.repeat(MAX_FILE_BYTES) }, call);
    await expect(files.write({ path: 'a.txt', content: 'x', append: true }, call)).rejects.toMatchObject({
      data: { code: 'output_too_large' },
    });
  });
});

describe('files in memory', () => {
  it('keep the media type that they were given', async () => {
    const files = createMemoryFiles();
    await files.write({ path: 'a', content: 'x', mediaType: 'text/x-tea' }, call);
    await files.write({ path: 'a', content: 'y', append: true }, call);
    expect(await files.read({ path: 'a' }, call)).toMatchObject({ content: 'xy', mediaType: 'text/x-tea' });
    await files.write({ path: 'a', content: 'z' }, call);
    expect(await files.read({ path: 'a' }, call)).toMatchObject({ mediaType: 'application/octet-stream' });
  });
});

describe('files in a folder', () => {
  it('are real, and links do not lead out of it', async () => {
    const files = createFolderFiles(join(folder, 'run'));
    await files.write({ path: 'a/b.txt', content: 'hello' }, call);
    expect(await readFile(join(folder, 'run/a/b.txt'), 'utf8')).toBe('hello');
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await mkdir(join(folder, 'outside'));
    await symlink(join(folder, 'secret.txt'), join(folder, 'run/link.txt'));
    await symlink(join(folder, 'outside'), join(folder, 'run/out'));
    const refusal = { data: { code: 'file_failed', message: expect.stringContaining('leads out of the folder') } };
    await expect(files.read({ path: 'link.txt' }, call)).rejects.toMatchObject(refusal);
    await expect(files.write({ path: 'link.txt', content: 'x' }, call)).rejects.toMatchObject(refusal);
    await expect(files.write({ path: 'out/new/x.txt', content: 'x' }, call)).rejects.toMatchObject(refusal);
    expect(await files.list({}, call)).toMatchObject([{ path: 'a/b.txt' }]);
  });

  it('that are folders cannot be read, and large ones are not', async () => {
    const files = createFolderFiles(folder);
    await mkdir(join(folder, 'sub'));
    await expect(files.read({ path: 'sub' }, call)).rejects.toMatchObject({ data: { code: 'file_failed' } });
    await writeFile(join(folder, 'large.txt'), Buffer.alloc(MAX_FILE_BYTES + 1));
    await expect(files.read({ path: 'large.txt' }, call)).rejects.toMatchObject({ data: { code: 'output_too_large' } });
    await writeFile(join(folder, 'file'), 'x');
    await expect(files.read({ path: 'file/below' }, call)).rejects.toMatchObject({ data: { code: 'file_failed' } });
  });
});

it.each([
  ['a.MD', 'text/markdown'],
  ['a/b.tar.zip', 'application/zip'],
  ['a.constructor', 'application/octet-stream'],
  ['a', 'application/octet-stream'],
  ['.png', 'image/png'],
])('%s is %s', (path, type) => expect(mediaTypeOf(path)).toBe(type));
