import { currentTimeTool } from '../../tools/current_time/definition.ts';
import { executeCurrentTime as execute } from '../../tools/current_time/execute.ts';
import { orAbsent } from '../../tools/setting-fields.ts';
import type { Execute } from '../node-type.ts';
import { runTool } from '../run-tool.ts';
import type { CurrentTimeConfig } from './definition.ts';

export const executeCurrentTime: Execute<CurrentTimeConfig> = async (context) => {
  const input = { timezone: orAbsent(await context.render(context.config.timezone)) };
  const settings = { timezone: 'UTC' };
  return { output: await runTool({ definition: currentTimeTool, execute }, { input, settings }, context) };
};
