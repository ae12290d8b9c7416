import { bytesToWrite, checkFilePath, fileContent, noSuchFile } from './file-content.ts';
import type { Host } from './host.ts';
import { mediaTypeOf } from './media-type.ts';

/** Files of an execution that nobody needs afterwards. */
export const createMemoryFiles = (): Host['files'] => {
  const files = new Map<string, { bytes: Uint8Array; mediaType: string }>();
  return {
    read: async (request) => {
      const file = files.get(checkFilePath(request.path));
      if (!file) throw noSuchFile(request.path);
      return fileContent(request, file.bytes, file.mediaType);
    },
    write: async (request) => {
      const path = checkFilePath(request.path);
      const before = files.get(path);
      const bytes = bytesToWrite(request, before?.bytes ?? new Uint8Array());
      const mediaType = request.mediaType ?? (request.append ? before?.mediaType : undefined) ?? mediaTypeOf(path);
      files.set(path, { bytes, mediaType });
      return { path, size: bytes.byteLength, mediaType };
    },
    list: async ({ prefix = '' }) =>
      [...files]
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, { bytes, mediaType }]) => ({ path, size: bytes.byteLength, mediaType }))
        .sort(byPath),
  };
};

const byPath = (left: { path: string }, right: { path: string }): number => (left.path < right.path ? -1 : 1);
