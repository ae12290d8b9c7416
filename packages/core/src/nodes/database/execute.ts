import { databaseQueryTool } from '../../tools/database_query/definition.ts';
import { executeDatabaseQuery as execute } from '../../tools/database_query/execute.ts';
import type { Execute } from '../node-type.ts';
import { runTool } from '../run-tool.ts';
import type { DatabaseConfig } from './definition.ts';

export const executeDatabase: Execute<DatabaseConfig> = async (context) => {
  const { sql, params, ...settings } = context.config;
  const values: unknown[] = [];
  for (const { value } of params) values.push(toParameter(await context.evaluate(value)));
  const input = { sql, params: values };
  return { output: await runTool({ definition: databaseQueryTool, execute }, { input, settings }, context) };
};

/** Lists and objects go into JSON columns as text. */
const toParameter = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
