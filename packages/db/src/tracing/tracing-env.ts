import { z } from 'zod';

/** Part of each app's environment. The names are OpenTelemetry's own, and its exporter reads the headers itself. */
export const tracingEnvShape = {
  /** Set: traces are sent there, over HTTP. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).optional(),
  /** `name=value` pairs, comma-separated, sent along with traces: what a hosted collector asks for. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().trim().optional(),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  /** Of the `traceidratio` samplers: the share of traces that is kept. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  /** Prompts and answers are recorded in spans, too. */
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: z
    .enum(['true', 'false', 'no_content', 'span_only', 'event_only', 'span_and_event'])
    .default('false')
    .transform((value) => value === 'true' || value.startsWith('span_')),
};

export type TracingEnv = z.infer<z.ZodObject<typeof tracingEnvShape>>;
