import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { parseIteration } from '@agentweaver/core/engine/parse-iteration';
import { stepKey } from '@agentweaver/core/engine/step-key';
import type { StepRef } from '../execution/step-places.ts';
import { modelAttributes } from './model-attributes.ts';

export type SpanAttributes = Record<string, string | number | boolean | string[]>;

/** What an event means for the spans of its execution. Times in ms since the epoch. */
export type SpanChange =
  | {
      kind: 'start';
      key: string;
      /** A span that is open; absent: the execution's own. */
      parent?: string;
      name: string;
      at: number;
      attributes: SpanAttributes;
    }
  | { kind: 'end'; key: string; at: number; attributes: SpanAttributes; errorCode?: string };

export type StepSpans = {
  /** In the order of the engine's events; most mean nothing. */
  changes(event: EngineEvent): SpanChange[];
  /** The span of a step that runs. */
  keyOf(step: StepRef): string | undefined;
  /** Ends what has not ended, bodies before what runs them. */
  close(options: { at: number; errorCodeOf: (step: string) => string | undefined }): SpanChange[];
};

const AGENTS: ReadonlySet<string> = new Set(['agent', 'coordinator']);

/**
 * Spans of steps and of the tools that they use, from the events that the engine reports anyway: the sandbox knows nothing
 * of traces. Each attempt of a step is a span of its own. What people wrote or got, inputs, outputs, reasons and the texts
 * of errors, is left out.
 */
export const createStepSpans = (findNode: (step: StepRef) => WorkflowNode | undefined): StepSpans => {
  /** Spans that are open, in the order in which they began; of a tool, with the step that uses it. */
  const open = new Map<string, { step: string }>();

  /** The container that runs it. What an evaluation sent back has one that has ended, and lies in the next one out. */
  const parentOf = (iteration: string): string | undefined => {
    const last = parseIteration(iteration)?.at(-1);
    if (!last) return undefined;
    const key = stepKey(last.nodeId, last.within);
    return open.has(key) ? key : parentOf(last.within);
  };

  const start = (
    event: StepRef & { at: number; attempt: number },
    furtherAttributes: SpanAttributes = {},
  ): SpanChange[] => {
    const key = stepKey(event.nodeId, event.iteration);
    const node = findNode(event);
    const type = node?.type ?? 'unknown';
    const name = node?.name ?? event.nodeId;
    const isAgent = AGENTS.has(type);
    const parent = parentOf(event.iteration);
    const before = open.has(key) ? end(key, event.at, { 'agentweaver.step.status': 'retrying' }) : [];
    open.set(key, { step: key });
    return [
      ...before,
      {
        kind: 'start',
        key,
        ...(parent === undefined ? {} : { parent }),
        name: isAgent ? `invoke_agent ${name}` : `${type} ${name}`,
        at: event.at,
        attributes: {
          'agentweaver.node.id': event.nodeId,
          'agentweaver.node.name': name,
          'agentweaver.node.type': type,
          'agentweaver.step.attempt': event.attempt,
          ...furtherAttributes,
          ...(event.iteration === '' ? {} : { 'agentweaver.step.iteration': event.iteration }),
          ...(isAgent
            ? { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': name, 'gen_ai.agent.id': event.nodeId }
            : {}),
        },
      },
    ];
  };

  /** Nothing tells when the next attempt begins: its span has the wait before it. */
  const retry = (event: Extract<EngineEvent, { type: 'step_retrying' }>): SpanChange[] => {
    const ended = end(stepKeyOf(event), event.at, status('retrying'), event.error.code);
    if (ended.length === 0) return [];
    const next = { nodeId: event.nodeId, iteration: event.iteration, at: event.at, attempt: event.attempt + 1 };
    return [...ended, ...start(next, { 'agentweaver.step.delay_ms': event.delayMs })];
  };

  /** With the tools that it still uses. */
  const end = (key: string, at: number, attributes: SpanAttributes, errorCode?: string): SpanChange[] => {
    if (!open.has(key)) return [];
    const tools = [...open].filter(([other, { step }]) => step === key && other !== key).map(([other]) => other);
    for (const ended of [...tools, key]) open.delete(ended);
    return [
      ...tools.map((tool): SpanChange => ({ kind: 'end', key: tool, at, attributes: {} })),
      { kind: 'end', key, at, attributes, ...(errorCode === undefined ? {} : { errorCode }) },
    ];
  };

  const startTool = (event: Extract<EngineEvent, { type: 'tool_started' }>): SpanChange[] => {
    const step = stepKey(event.nodeId, event.iteration);
    const key = toolKey(step, event.callId);
    if (!open.has(step) || open.has(key)) return [];
    open.set(key, { step });
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': event.tool,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': event.callId,
    };
    return [{ kind: 'start', key, parent: step, name: `execute_tool ${event.tool}`, at: event.at, attributes }];
  };

  const endTool = (event: Extract<EngineEvent, { type: 'tool_completed' }>): SpanChange[] => {
    const key = toolKey(stepKey(event.nodeId, event.iteration), event.callId);
    return open.has(key) ? end(key, event.at, {}, event.error?.code) : [];
  };

  return {
    keyOf: ({ nodeId, iteration }) => {
      const key = stepKey(nodeId, iteration);
      return open.has(key) ? key : undefined;
    },
    changes: (event) => {
      switch (event.type) {
        case 'step_started':
          return start(event);
        case 'step_retrying':
          return retry(event);
        case 'step_waiting':
          return end(stepKeyOf(event), event.at, { ...status('waiting'), 'agentweaver.step.waits_for': event.kind });
        case 'step_completed':
          return end(stepKeyOf(event), event.at, { ...status('completed'), ...usedBy(event) });
        case 'step_failed':
          return end(stepKeyOf(event), event.at, status('failed'), event.error.code);
        case 'step_cancelled':
          return end(stepKeyOf(event), event.at, status('cancelled'));
        case 'tool_started':
          return startTool(event);
        case 'tool_completed':
          return endTool(event);
        default:
          return [];
      }
    },
    close: ({ at, errorCodeOf }) =>
      [...open.keys()].toReversed().flatMap((key) => {
        const errorCode = errorCodeOf(key);
        return end(key, at, status(errorCode === undefined ? 'cancelled' : 'failed'), errorCode);
      }),
  };
};

const stepKeyOf = ({ nodeId, iteration }: StepRef): string => stepKey(nodeId, iteration);

/** No iteration has a space in it. */
const toolKey = (step: string, callId: string): string => `${step} ${callId}`;

const status = (value: string): SpanAttributes => ({ 'agentweaver.step.status': value });

/** Of all model calls of the step together. */
const usedBy = ({
  model,
  usage,
  costUsd,
  cached,
}: Extract<EngineEvent, { type: 'step_completed' }>): SpanAttributes => ({
  ...(model === undefined ? {} : modelAttributes(model, 'gen_ai.response.model')),
  ...(usage
    ? { 'gen_ai.usage.input_tokens': usage.inputTokens, 'gen_ai.usage.output_tokens': usage.outputTokens }
    : {}),
  ...(costUsd === undefined ? {} : { 'agentweaver.cost_usd': costUsd }),
  ...(cached ? { 'agentweaver.cached': true } : {}),
});
