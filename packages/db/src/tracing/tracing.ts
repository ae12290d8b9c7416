import type { Attributes, Link, Span, SpanContext, SpanKind } from '@opentelemetry/api';

export type SpanOptions = {
  name: string;
  kind?: SpanKind;
  attributes?: Attributes;
  /** Absent: the active span. `null`: none, it starts a trace. */
  parent?: Span | SpanContext | null;
  links?: Link[];
  /** Ms since the epoch. */
  startTime?: number;
  /** Ids that others can work out; random where absent. `traceId` counts for a span without a parent only. */
  ids?: { spanId: string; traceId: string };
};

/**
 * The spans of one process. Nothing is registered with OpenTelemetry's globals: what is exported is what this product says
 * about itself, and no library adds addresses, queries or statements of its own.
 */
export type Tracing = {
  start(options: SpanOptions): Span;
  /** Makes the span active for everything that `work` does, also later. */
  run<T>(span: Span, work: () => T): T;
  active(): Span | undefined;
  /** Of a W3C `traceparent`; `undefined` for a text that is none. */
  parse(traceParent: string): SpanContext | undefined;
  /** Prompts and answers are recorded, too. */
  readonly capturesContent: boolean;
  /** Sends what is left, within a bound. */
  close(): Promise<void>;
};

const GLOBAL_KEY = Symbol.for('agentweaver.tracing');
const holder: typeof globalThis & { [GLOBAL_KEY]?: Tracing | undefined } = globalThis;

/** `undefined` where tracing is off. On `globalThis`, because bundles each have their own copy of this module. */
export const activeTracing = (): Tracing | undefined => holder[GLOBAL_KEY];

export const setActiveTracing = (tracing: Tracing | undefined): void => {
  holder[GLOBAL_KEY] = tracing;
};

/** OpenTelemetry's own number for it, so that nobody loads its package for one constant. */
const STATUS_ERROR = 2;

/** By code alone: what a message says may be a person's data. */
export const failSpan = (span: Span, code: string): void => {
  span.setAttribute('error.type', code);
  span.setStatus({ code: STATUS_ERROR, message: code });
};

/** The code of our own errors; others are internal ones. */
export const errorCodeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return 'internal';
  if ('data' in error && typeof error.data === 'object' && error.data !== null && 'code' in error.data) {
    return String(error.data.code);
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : 'internal';
};

/** Does the work in a span, or with tracing off just does it. */
export const inSpan = async <T>(
  options: SpanOptions | (() => SpanOptions),
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> => {
  const tracing = activeTracing();
  if (!tracing) return work(undefined);
  const span = tracing.start(typeof options === 'function' ? options() : options);
  try {
    return await tracing.run(span, () => work(span));
  } catch (error) {
    failSpan(span, errorCodeOf(error));
    throw error;
  } finally {
    span.end();
  }
};

export const formatTraceParent = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

/** For log lines: which trace they belong to. */
export const traceFields = (): { trace_id?: string; span_id?: string } => {
  const span = activeTracing()?.active();
  if (!span) return {};
  const { traceId, spanId } = span.spanContext();
  return { trace_id: traceId, span_id: spanId };
};
