import { z } from 'zod';
import { modelRequestSchema, modelResponseSchema } from '../models/model-call.ts';
import { httpRequestSchema, httpResponseSchema, timerWaitSchema } from './host.ts';
import { databaseQuerySchema, databaseResultSchema } from './ports/database.ts';
import { fileContentSchema, fileEntrySchema, fileListSchema, fileReadSchema, fileWriteSchema } from './ports/files.ts';
import { humanAnswerSchema, humanRequestSchema } from './ports/human.ts';
import { mcpCallToolSchema, mcpListToolsSchema, mcpResultSchema, mcpToolSchema } from './ports/mcp.ts';
import { websocketExchangeSchema, websocketResultSchema } from './ports/websocket.ts';
import { loadedWorkflowSchema, workflowLoadSchema } from './ports/workflow.ts';

/** Every host call that can travel: what it takes and what it gives, parsed at both ends. */
export const HOST_CALLS = {
  'model.generate': { params: modelRequestSchema, result: modelResponseSchema },
  'http.fetch': { params: httpRequestSchema, result: httpResponseSchema },
  'files.read': { params: fileReadSchema, result: fileContentSchema },
  'files.write': { params: fileWriteSchema, result: fileEntrySchema },
  'files.list': { params: fileListSchema, result: z.array(fileEntrySchema) },
  'database.query': { params: databaseQuerySchema, result: databaseResultSchema },
  'websocket.exchange': { params: websocketExchangeSchema, result: websocketResultSchema },
  'mcp.listTools': { params: mcpListToolsSchema, result: z.array(mcpToolSchema) },
  'mcp.callTool': { params: mcpCallToolSchema, result: mcpResultSchema },
  'human.ask': { params: humanRequestSchema, result: humanAnswerSchema },
  'workflow.load': { params: workflowLoadSchema, result: loadedWorkflowSchema },
  'timer.wait': { params: timerWaitSchema, result: z.null() },
  'timer.now': { params: z.object({}), result: z.number() },
} as const satisfies Record<string, { params: z.ZodType; result: z.ZodType }>;

export type HostMethod = keyof typeof HOST_CALLS;
export type HostParams<Method extends HostMethod> = z.output<(typeof HOST_CALLS)[Method]['params']>;
export type HostResult<Method extends HostMethod> = z.input<(typeof HOST_CALLS)[Method]['result']>;
