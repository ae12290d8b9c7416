import { executeWorkflow } from './execute-workflow.ts';
import { cancelExecutionOperation, getExecution, getExecutionLogs, listExecutions } from './execution-operations.ts';
import { getFileOperation, listFilesOperation } from './file-operations.ts';
import type { Operation } from './operation.ts';
import { answerWaitOperation, listWaits, rerunOperation } from './wait-operations.ts';
import { createWorkflow, getWorkflow, listWorkflows } from './workflow-operations.ts';

/** Everything the REST interface can do, in the order of its document. */
export const OPERATIONS: Operation[] = [
  listWorkflows,
  createWorkflow,
  getWorkflow,
  executeWorkflow,
  listExecutions,
  getExecution,
  getExecutionLogs,
  cancelExecutionOperation,
  rerunOperation,
  listWaits,
  answerWaitOperation,
  listFilesOperation,
  getFileOperation,
];
