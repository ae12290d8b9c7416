/** Nodes, edges and settings of a draft, read from whatever its document holds. Nothing here throws. */
import { type Budget, nodeIdSchema, type WorkflowEdge, type WorkflowNode } from '../definition/workflow-definition.ts';
import { isRecord } from './shared-values.ts';

const isId = (value: unknown): value is string => nodeIdSchema.safeParse(value).success;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
/** A number that JSON can hold. */
export const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

const readRetry = (value: unknown): WorkflowNode['retry'] => {
  if (!isRecord(value)) return undefined;
  return {
    maxAttempts: finite(value.maxAttempts) ?? 1,
    backoffMs: finite(value.backoffMs) ?? 1_000,
    backoffFactor: finite(value.backoffFactor) ?? 2,
  };
};

const readSize = (value: unknown): WorkflowNode['size'] => {
  const width = isRecord(value) ? finite(value.width) : undefined;
  const height = isRecord(value) ? finite(value.height) : undefined;
  return width === undefined || height === undefined ? undefined : { width, height };
};

const LIMITS = ['usd', 'tokens', 'modelCalls', 'seconds'] as const;

/** Numbers out of range stay, for the validator to report. */
export const budgetFromJson = (json: unknown): Budget | undefined => {
  if (!isRecord(json)) return undefined;
  const budget: Budget = { onReached: ON_REACHED.find((way) => way === json.onReached) ?? 'fail' };
  for (const name of LIMITS) {
    const limit = finite(json[name]);
    if (limit !== undefined) budget[name] = limit;
  }
  const downgradeTo = text(json.downgradeTo);
  if (downgradeTo) budget.downgradeTo = downgradeTo;
  return budget;
};

const ON_ERROR = ['fail', 'continue', 'branch'] as const;
const ON_REACHED = ['fail', 'ask', 'downgrade'] as const;

/** What is of another type than it should be is left out; of a thing that is no node, nothing is left. */
export const nodeFromJson = (id: string, json: unknown): WorkflowNode | undefined => {
  if (!isId(id) || !isRecord(json)) return undefined;
  const type = text(json.type);
  if (!type) return undefined;
  const position = isRecord(json.position) ? json.position : {};
  const node: WorkflowNode = {
    id,
    type,
    name: text(json.name) ?? id,
    position: { x: finite(position.x) ?? 0, y: finite(position.y) ?? 0 },
    config: isRecord(json.config) ? json.config : {},
  };
  if (typeof json.disabled === 'boolean') node.disabled = json.disabled;
  const retry = readRetry(json.retry);
  if (retry) node.retry = retry;
  const timeoutMs = finite(json.timeoutMs);
  if (timeoutMs !== undefined) node.timeoutMs = timeoutMs;
  const onError = ON_ERROR.find((policy) => policy === json.onError);
  if (onError) node.onError = onError;
  if (json.onErrorValue !== undefined) node.onErrorValue = json.onErrorValue;
  const budget = budgetFromJson(json.budget);
  if (budget) node.budget = budget;
  if (isId(json.parent)) node.parent = json.parent;
  const size = readSize(json.size);
  if (size) node.size = size;
  return node;
};

export const edgeFromJson = (id: string, json: unknown): WorkflowEdge | undefined => {
  if (!isRecord(json) || !isId(json.source) || !isId(json.target)) return undefined;
  return {
    id,
    source: json.source,
    sourcePort: text(json.sourcePort) ?? 'out',
    target: json.target,
    targetPort: text(json.targetPort) ?? 'in',
  };
};
