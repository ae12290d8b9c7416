import type { z } from 'zod';
import type { ExecuteTool, ToolDefinition } from '../tools/tool.ts';
import { parseToolInput } from '../tools/tool-input.ts';
import type { ExecuteContext } from './node-type.ts';

/** A tool as a node uses it: the node's fields, evaluated, are checked like what a model gives. */
export const runTool = <Input extends z.ZodObject, Settings extends z.ZodObject, Extended extends z.output<Settings>>(
  tool: { definition: ToolDefinition<Input, Settings>; execute: ExecuteTool<z.output<Input>, Extended> },
  { input, settings }: { input: unknown; settings: Extended },
  {
    host,
    nextCall,
    signal,
    log,
    runNested,
  }: Pick<ExecuteContext<unknown>, 'host' | 'nextCall' | 'signal' | 'log' | 'runNested'>,
): Promise<unknown> =>
  tool.execute(parseToolInput(tool.definition, input), { settings, host, nextCall, signal, log, runNested });
