import type { FileSettings } from '../file-fields.ts';
import type { ExecuteTool } from '../tool.ts';
import type { FileListInput } from './definition.ts';

export const executeFileList: ExecuteTool<FileListInput, FileSettings> = async (
  { prefix },
  { settings, host, nextCall },
) => {
  const folder = settings.folder === '' ? '' : `${settings.folder}/`;
  const files = await host.files.list({ prefix: `${folder}${prefix}` }, nextCall());
  return { files: files.map((file) => ({ ...file, path: file.path.slice(folder.length) })) };
};
