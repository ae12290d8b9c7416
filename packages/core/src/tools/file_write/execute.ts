import { type FileSettings, inFolder } from '../file-fields.ts';
import type { ExecuteTool } from '../tool.ts';
import type { FileWriteInput } from './definition.ts';

export const executeFileWrite: ExecuteTool<FileWriteInput, FileSettings & { mediaType?: string | undefined }> = async (
  { path, content, encoding, append },
  { settings, host, nextCall },
) => {
  const { mediaType } = settings;
  const written = await host.files.write(
    { path: inFolder(settings, path), content, encoding, append, mediaType },
    nextCall(),
  );
  return { ...written, path };
};
