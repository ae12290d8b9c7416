import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../host/memory-files.ts';
import { runNode } from '../testing/run-node.ts';

describe('a File node', () => {
  it('writes, reads and lists', async () => {
    const host = { files: createMemoryFiles() };
    const write = { operation: 'write', path: 'reports/{{ input.name }}.md', content: 'Dear {{ input.name }}' };
    expect((await runNode('file', { config: write, input: { name: 'Ada' }, host })).output).toEqual({
      path: 'reports/Ada.md',
      size: 8,
      mediaType: 'text/markdown',
    });
    await runNode('file', { config: { ...write, append: true, content: '!' }, input: { name: 'Ada' }, host });
    const read = { operation: 'read', path: 'reports/Ada.md' };
    expect((await runNode('file', { config: read, host })).output).toMatchObject({ content: 'Dear Ada!', size: 9 });
    expect((await runNode('file', { config: { ...read, encoding: 'base64' }, host })).output).toMatchObject({
      content: Buffer.from('Dear Ada!').toString('base64'),
    });
    expect((await runNode('file', { config: { operation: 'list', path: 'rep' }, host })).output).toEqual({
      files: [{ path: 'reports/Ada.md', size: 9, mediaType: 'text/markdown' }],
    });
    expect((await runNode('file', { config: { operation: 'list', path: '' }, host })).output).toMatchObject({
      files: [{}],
    });
  });

  it.each([
    [{ a: [1] }, '{\n  "a": [\n    1\n  ]\n}'],
    [null, ''],
    [7, '7'],
  ])('writes what is no text as JSON: %o', async (previous, text) => {
    const host = { files: createMemoryFiles() };
    await runNode('file', { config: { path: 'a.json' }, previous, host });
    expect((await runNode('file', { config: { operation: 'read', path: 'a.json' }, host })).output).toMatchObject({
      content: text,
      mediaType: 'application/json',
    });
  });

  it('names a path that is none', async () => {
    await expect(runNode('file', { config: { path: ' ' } })).rejects.toThrow('path must not be empty');
    await expect(runNode('file', { config: { path: '{{ input }}' }, input: '../x' })).rejects.toMatchObject({
      data: { code: 'file_failed', message: expect.stringContaining('"../x"') },
    });
  });
});
