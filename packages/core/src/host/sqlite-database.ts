import { ExecutionError } from '../engine/execution-errors.ts';
import type { Host } from './host.ts';
import { querySqlite } from './sqlite-query.ts';

/** A host's `database` over one SQLite file, whatever credential a workflow names. */
export const sqliteDatabase = (path: string): Host['database'] => ({
  query: async (request, { signal }) => (await querySqlite({ path }, request, signal)).result,
});

/**
 * The SQLite files among an execution's files. A write replaces the file, or makes it; a database with a credential is
 * left to `others`.
 */
export const sqliteInFiles = (files: Host['files'], others: Host['database']): Host['database'] => ({
  query: async (request, call) => {
    if (request.credential !== undefined) return others.query(request, call);
    const { file, readOnly = true } = request;
    if (file === undefined) {
      throw new ExecutionError({
        code: 'database_failed',
        message: 'Neither a credential nor a file says which database is asked.',
        hint: 'Name the credential of a database, or a SQLite file that an earlier step wrote.',
      });
    }
    const found = await readIfThere({ files, file, isNeeded: readOnly }, call);
    const { result, bytes } = await querySqlite({ bytes: found }, request, call.signal);
    if (bytes) {
      await files.write({ path: file, content: Buffer.from(bytes).toString('base64'), encoding: 'base64' }, call);
    }
    return result;
  },
});

const readIfThere = async (
  { files, file, isNeeded }: { files: Host['files']; file: string; isNeeded: boolean },
  call: Parameters<Host['files']['read']>[1],
): Promise<Uint8Array> => {
  const isThere = isNeeded || (await files.list({ prefix: file }, call)).some(({ path }) => path === file);
  if (!isThere) return new Uint8Array();
  return Buffer.from((await files.read({ path: file, encoding: 'base64' }, call)).content, 'base64');
};
