import { describe, expect, it } from 'vitest';
import { executeTool, toolContext } from './testing/tool-context.ts';

describe('an agent’s file tools', () => {
  it('see one folder, and tell paths from it', async () => {
    const context = toolContext();
    const settings = { folder: 'team/notes' };
    const write = (input: Record<string, unknown>) => executeTool('file_write', { input, settings }, context);
    expect(await write({ path: 'a.md', content: 'Tea' })).toEqual({
      path: 'a.md',
      size: 3,
      mediaType: 'text/markdown',
    });
    await write({ path: 'a.md', content: ' for two', append: true });
    await write({ path: 'deep/b.bin', content: '/9gA', encoding: 'base64' });
    expect(await executeTool('file_read', { input: { path: 'a.md' }, settings }, context)).toEqual({
      path: 'a.md',
      content: 'Tea for two',
      encoding: 'utf8',
      mediaType: 'text/markdown',
      size: 11,
    });
    const listed = await executeTool('file_list', { input: { prefix: 'deep' }, settings }, context);
    expect(listed).toMatchObject({ files: [{ path: 'deep/b.bin', size: 3 }] });
    expect(await executeTool('file_list', { input: {} }, context)).toMatchObject({
      files: [{ path: 'team/notes/a.md' }, { path: 'team/notes/deep/b.bin' }],
    });
  });

  it.each(['../secret.md', '/etc/passwd', 'a/../../b', 'a//b', '.', 'a\\b'])('do not leave it: %s', async (path) => {
    const asked = executeTool('file_read', { input: { path }, settings: { folder: 'notes' } });
    await expect(asked).rejects.toMatchObject({ data: { code: 'file_failed' } });
  });

  it.each(['/notes', 'notes/', '..', 'a/../b', './a', 'a//b'])('have no folder “%s”', async (folder) => {
    await expect(async () => executeTool('file_list', { input: {}, settings: { folder } })).rejects.toThrow('folder');
  });

  it('say when there is no such file', async () => {
    await expect(executeTool('file_read', { input: { path: 'none.md' } })).rejects.toMatchObject({
      data: { code: 'file_failed', message: 'There is no file none.md.' },
    });
  });
});
