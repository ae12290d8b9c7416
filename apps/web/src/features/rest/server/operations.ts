import { executeWorkflow } from './execute-workflow.ts';
import { cancelExecutionOperation, getExecution, getExecutionLogs, listExecutions } from './execution-operations.ts';
import { getFileOperation, listFilesOperation } from './file-operations.ts';
import type { Operation } from './operation.ts';
import {
  createScheduleOperation,
  deleteScheduleOperation,
  getScheduleOperation,
  listSchedulesOperation,
  updateScheduleOperation,
} from './schedule-operations.ts';
import { answerWaitOperation, listWaits, rerunOperation } from './wait-operations.ts';
import {
  createWebhookOperation,
  deleteWebhookOperation,
  getWebhookOperation,
  listDeliveriesOperation,
  listWebhooksOperation,
  rotateWebhookSecretOperation,
  updateWebhookOperation,
} from './webhook-operations.ts';
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
  listSchedulesOperation,
  createScheduleOperation,
  getScheduleOperation,
  updateScheduleOperation,
  deleteScheduleOperation,
  listWebhooksOperation,
  createWebhookOperation,
  getWebhookOperation,
  updateWebhookOperation,
  deleteWebhookOperation,
  rotateWebhookSecretOperation,
  listDeliveriesOperation,
];
