import type { ExecuteContext, StepReport } from '../nodes/node-type.ts';
import type { EngineEvent } from './events.ts';
import { MAX_REPORTED_LENGTH, MAX_REPORTS_PER_STEP, MAX_STREAMED_LENGTH } from './limits.ts';

type Options = {
  step: { nodeId: string; iteration: string };
  now: () => number;
  emit: (event: EngineEvent) => void;
  log: ExecuteContext<unknown>['log'];
};

/** What one step reports over all its attempts, bounded in number and size like its log: it must never fail the step. */
export const createStepReports = ({ step: { nodeId, iteration }, now, emit, log }: Options) => {
  let streamed = 0;
  let reports = 0;
  /** Uses of tools whose start was told: their end is told as well. */
  const open = new Set<string>();

  /** Whether there is room for one more. */
  const isTold = (): boolean => {
    reports += 1;
    if (reports === MAX_REPORTS_PER_STEP + 1) {
      log('warn', `This step reported more than ${MAX_REPORTS_PER_STEP} times; the rest is left out.`);
    }
    return reports <= MAX_REPORTS_PER_STEP;
  };
  const say = (report: StepReport) => emit({ ...report, at: now(), nodeId, iteration });

  return (report: StepReport): void => {
    switch (report.type) {
      case 'step_delta':
        streamed += report.text.length;
        if (streamed <= MAX_STREAMED_LENGTH) say(report);
        return;
      case 'tool_started':
        if (!isTold()) return;
        open.add(report.callId);
        say({ ...report, input: fitJson(report.input) });
        return;
      case 'tool_completed':
        if (!open.delete(report.callId)) return;
        say(report.error ? report : { ...report, output: fitJson(report.output) });
        return;
      case 'message':
        if (!isTold()) return;
        say({ ...report, message: { ...report.message, content: fitJson(report.message.content) } });
        return;
    }
  };
};

/** A value as plain JSON, or the beginning of its text with a note when it is too long. */
export const fitJson = (value: unknown): unknown => {
  try {
    const text = JSON.stringify(value) ?? 'null';
    if (text.length <= MAX_REPORTED_LENGTH) return JSON.parse(text);
    return `${text.slice(0, MAX_REPORTED_LENGTH)}… (cut: ${text.length} characters in all)`;
  } catch {
    return '(not JSON)';
  }
};
