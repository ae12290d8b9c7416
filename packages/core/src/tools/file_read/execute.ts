import { type FileSettings, inFolder } from '../file-fields.ts';
import type { ExecuteTool } from '../tool.ts';
import type { FileReadInput } from './definition.ts';

export const executeFileRead: ExecuteTool<FileReadInput, FileSettings> = async (
  { path, encoding },
  { settings, host, nextCall },
) => ({ ...(await host.files.read({ path: inFolder(settings, path), encoding }, nextCall())), path });
