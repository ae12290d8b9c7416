import { ROOT_CONTEXT, type Span, type SpanContext, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { SpanOptions, Tracing } from './tracing.ts';
import type { TracingEnv } from './tracing-env.ts';

/** Spans that wait to be sent; with a collector that is away the others are dropped. */
const MAX_QUEUED_SPANS = 4_096;
const EXPORT_TIMEOUT_MS = 5_000;
/** A collector that does not answer must not hold up the end of the process. */
const CLOSE_TIMEOUT_MS = 2_000;
/** A longer text is cut. */
const MAX_ATTRIBUTE_LENGTH = 16 * 1024;
/** One line in the log for so many ms of failures. */
const COMPLAIN_EVERY_MS = 60_000;

type OtlpOptions = {
  env: TracingEnv & { OTEL_EXPORTER_OTLP_ENDPOINT: string };
  service: { name: string; instanceId?: string; onError?: (error: unknown) => void };
};

/** Everything of OpenTelemetry's SDK is imported here and nowhere else; see `start-tracing.ts`. */
export const createOtlpTracing = ({ env, service }: OtlpOptions): Tracing => {
  const contexts = new AsyncLocalStorageContextManager().enable();
  const ids = createIds();
  const exporter = new OTLPTraceExporter({
    url: `${env.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(
        resourceFromAttributes({
          'service.name': service.name,
          'service.namespace': 'agentweaver',
          ...(service.instanceId === undefined ? {} : { 'service.instance.id': service.instanceId }),
        }),
      )
      // What the operator says of the place counts most: OTEL_RESOURCE_ATTRIBUTES.
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(env),
    idGenerator: ids.generator,
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_LENGTH },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: complaining(exporter, service.onError),
        maxQueueSize: MAX_QUEUED_SPANS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('agentweaver');

  const parentOf = (parent: SpanOptions['parent']) => {
    if (parent === undefined) return contexts.active();
    if (parent === null) return ROOT_CONTEXT;
    return 'spanContext' in parent
      ? trace.setSpan(ROOT_CONTEXT, parent)
      : trace.setSpanContext(ROOT_CONTEXT, parent satisfies SpanContext);
  };

  return {
    start: ({ name, parent, ids: wanted, ...options }): Span =>
      ids.using(wanted, () => tracer.startSpan(name, options, parentOf(parent))),
    run: (span, work) => contexts.with(trace.setSpan(contexts.active(), span), work),
    active: () => trace.getSpan(contexts.active()),
    parse: (traceParent) => {
      const parsed = parseTraceParent(traceParent);
      return parsed ? { ...parsed, isRemote: true } : undefined;
    },
    capturesContent: env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT,
    close: async () => {
      const { promise: timeout, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), timeout]);
      clearTimeout(timer);
      contexts.disable();
    },
  };
};

/** The next span gets the ids that were asked for: the SDK has no other way to say them, and asks while it starts one. */
const createIds = (): { generator: IdGenerator; using: <T>(ids: SpanOptions['ids'], work: () => T) => T } => {
  const random = new RandomIdGenerator();
  let wanted: SpanOptions['ids'];
  return {
    generator: {
      generateTraceId: () => wanted?.traceId ?? random.generateTraceId(),
      generateSpanId: () => wanted?.spanId ?? random.generateSpanId(),
    },
    using: (ids, work) => {
      wanted = ids;
      try {
        return work();
      } finally {
        wanted = undefined;
      }
    },
  };
};

const samplerOf = ({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: TracingEnv): Sampler => {
  const root = name.endsWith('always_off')
    ? new AlwaysOffSampler()
    : name.endsWith('traceidratio')
      ? new TraceIdRatioBasedSampler(ratio)
      : new AlwaysOnSampler();
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
};

/** Tells of a collector that takes nothing, and not with every batch. Spans are lost then, and nothing else. */
const complaining = (exporter: SpanExporter, onError: ((error: unknown) => void) | undefined): SpanExporter => {
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    export: (spans: ReadableSpan[], done) =>
      exporter.export(spans, (result) => {
        if (result.error && performance.now() - toldAt > COMPLAIN_EVERY_MS) {
          toldAt = performance.now();
          onError?.(result.error);
        }
        // The SDK would print every failure.
        done({ code: 0 });
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
};
