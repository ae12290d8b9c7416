import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { z } from 'zod';

/** As opentelemetry-proto has it (collector/trace/v1, trace/v1, common/v1), without what nobody reads here. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    bytes parent_span_id = 4;
    string name = 5;
    Kind kind = 6;
    fixed64 start_time_unix_nano = 7;
    fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9;
    repeated Event events = 11;
    repeated Link links = 13;
    Status status = 15;
  }
  enum Kind { UNSPECIFIED = 0; INTERNAL = 1; SERVER = 2; CLIENT = 3; PRODUCER = 4; CONSUMER = 5; }
  message Event { string name = 2; }
  message Link { bytes trace_id = 1; bytes span_id = 2; }
  message Status { string message = 2; Code code = 3; }
  enum Code { UNSET = 0; OK = 1; ERROR = 2; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value { string string = 1; bool bool = 2; int64 int = 3; double double = 4; Array array = 5; bytes bytes = 7; }
  }
  message Array { repeated AnyValue values = 1; }
`);

const hex = z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('hex'));
const valueSchema = z
  .record(z.string(), z.unknown())
  .transform((value) => ('array' in value ? value.array : Object.values(value)[0]));
const attributesSchema = z
  .array(z.object({ key: z.string(), value: valueSchema }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));
const spanSchema = z.object({
  traceId: hex,
  spanId: hex,
  parentSpanId: hex.optional().transform((id) => id || undefined),
  name: z.string(),
  kind: z.string(),
  startTimeUnixNano: z.coerce.number(),
  endTimeUnixNano: z.coerce.number(),
  attributes: attributesSchema,
  events: z.array(z.object({ name: z.string() })).default([]),
  links: z.array(z.object({ traceId: hex, spanId: hex })).default([]),
  status: z.object({ code: z.string().default('UNSET') }).default({ code: 'UNSET' }),
});
const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});

export type CollectedSpan = z.infer<typeof spanSchema> & { service: unknown };

export type OtlpCollector = {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  spans: CollectedSpan[];
  /** Everything that was sent, as text: for what must not be in it. */
  raw: () => string;
  close: () => Promise<void>;
};

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
};

/** A collector on this machine that takes OTLP over HTTP in protobuf, as the exporter sends it. */
export const startOtlpCollector = async (): Promise<OtlpCollector> => {
  const type = root.lookupType('Request');
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];

  const take = (body: Buffer): void => {
    bodies.push(body.toString('latin1'));
    const { resourceSpans } = requestSchema.parse(type.toObject(type.decode(body), { enums: String, longs: Number }));
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes['service.name'];
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service }))));
    }
  };

  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/traces') {
      response.writeHead(404).end();
      return;
    }
    readBody(request)
      .then(take)
      .then(
        () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(),
        // Seen by the test as spans that are missing, and in the log of who sent them.
        (error: unknown) => response.writeHead(400).end(String(error)),
      );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    raw: () => bodies.join('\n'),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
