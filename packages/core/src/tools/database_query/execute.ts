import { orAbsent } from '../setting-fields.ts';
import type { ExecuteTool } from '../tool.ts';
import type { DatabaseInput, DatabaseSettings } from './definition.ts';

export const executeDatabaseQuery: ExecuteTool<DatabaseInput, DatabaseSettings> = async (
  { sql, params },
  { settings, host, nextCall, log },
) => {
  const credential = orAbsent(settings.credential);
  const file = credential === undefined ? orAbsent(settings.file) : undefined;
  const result = await host.database.query(
    {
      credential,
      file,
      sql,
      params,
      readOnly: !settings.allowWrites,
      maxRows: settings.maxRows,
      timeoutMs: settings.timeoutMs,
    },
    nextCall(),
  );
  if (result.truncated) log('warn', `There were more than ${settings.maxRows} rows; the rest was left out.`);
  return result;
};
