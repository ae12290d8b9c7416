import { setActiveTracing, type Tracing } from './tracing.ts';
import type { TracingEnv } from './tracing-env.ts';

/**
 * Turns tracing on where `OTEL_EXPORTER_OTLP_ENDPOINT` is set. Otherwise nothing of OpenTelemetry's SDK is loaded, and this
 * gives `undefined`.
 */
export const startTracing = async (
  env: TracingEnv,
  service: { name: string; instanceId?: string; onError?: (error: unknown) => void },
): Promise<Tracing | undefined> => {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return undefined;
  const { createOtlpTracing } = await import('./otlp-tracing.ts');
  const tracing = createOtlpTracing({ env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, service });
  setActiveTracing(tracing);
  return tracing;
};
