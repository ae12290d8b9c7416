import { fileListTool } from '../../tools/file_list/definition.ts';
import { executeFileList } from '../../tools/file_list/execute.ts';
import { fileReadTool } from '../../tools/file_read/definition.ts';
import { executeFileRead } from '../../tools/file_read/execute.ts';
import { fileWriteTool } from '../../tools/file_write/definition.ts';
import { executeFileWrite } from '../../tools/file_write/execute.ts';
import type { Execute, ExecuteContext } from '../node-type.ts';
import { runTool } from '../run-tool.ts';
import type { FileConfig } from './definition.ts';

type Operation = (path: string, context: ExecuteContext<FileConfig>) => Promise<unknown>;

/** A node sees all files of the execution. */
const settings = { folder: '' };

const OPERATIONS: Record<FileConfig['operation'], Operation> = {
  read: (path, context) =>
    runTool(
      { definition: fileReadTool, execute: executeFileRead },
      { input: { path, encoding: context.config.encoding }, settings },
      context,
    ),
  write: async (path, context) => {
    const { content, encoding, append } = context.config;
    const value = await context.evaluate(content);
    const input = { path, content: typeof value === 'string' ? value : toText(value), encoding, append };
    return runTool({ definition: fileWriteTool, execute: executeFileWrite }, { input, settings }, context);
  },
  list: (prefix, context) =>
    runTool({ definition: fileListTool, execute: executeFileList }, { input: { prefix }, settings }, context),
};

export const executeFile: Execute<FileConfig> = async (context) => {
  const path = (await context.render(context.config.path)).trim();
  return { output: await OPERATIONS[context.config.operation](path, context) };
};

const toText = (value: unknown): string => (value === null ? '' : JSON.stringify(value, null, 2));
