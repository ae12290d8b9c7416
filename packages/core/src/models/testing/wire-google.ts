import {
  type Failure,
  pieces,
  type ReadRequest,
  type Said,
  type SseEvent,
  shape,
  shapes,
  textOf,
  type Wire,
} from './wire.ts';

const FINISH = { stop: 'STOP', length: 'MAX_TOKENS', filtered: 'SAFETY' } as const;

const USAGE = {
  promptTokenCount: 30,
  candidatesTokenCount: 3,
  thoughtsTokenCount: 2,
  cachedContentTokenCount: 10,
  totalTokenCount: 35,
};

/**
 * https://ai.google.dev/gemini-api/docs/function-calling and …/thought-signatures: of several calls side by side only
 * the first carries the signature.
 */
const parts = ({ text, toolCalls = [], thought }: Said) => [
  ...(thought ? [{ text: thought.text, thought: true }] : []),
  ...(text ? [{ text }] : []),
  ...toolCalls.map(({ id, name, input }, i) => ({
    functionCall: { id, name, args: input },
    ...(thought && i === 0 ? { thoughtSignature: thought.signature } : {}),
  })),
];

const candidate = (content: unknown[], finishReason?: string) => ({
  candidates: [{ content: { parts: content, role: 'model' }, ...(finishReason ? { finishReason } : {}), index: 0 }],
  modelVersion: 'gemini-2.5-flash',
});

/** https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse */
const whole = (said: Said) => ({ ...candidate(parts(said), FINISH[said.finish ?? 'stop']), usageMetadata: USAGE });

/** https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent */
const streamed = (said: Said): SseEvent[] => {
  const { text = '', toolCalls = [] } = said;
  const chunks: unknown[] = pieces(text).map((piece) => candidate([{ text: piece }]));
  if (toolCalls.length > 0) {
    const { text: _text, ...rest } = said;
    chunks.push(...parts(rest).map((part) => candidate([part])));
  }
  chunks.push({ ...candidate([{ text: '' }], FINISH[said.finish ?? 'stop']), usageMetadata: USAGE });
  return chunks.map((chunk): SseEvent => [undefined, chunk]);
};

/** https://ai.google.dev/gemini-api/docs/troubleshooting */
const FAILURES: Record<Failure, [status: number, name: string, message: string, details?: unknown]> = {
  invalid_key: [
    400,
    'INVALID_ARGUMENT',
    'API key not valid. Please pass a valid API key.',
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' },
  ],
  rate_limited: [
    429,
    'RESOURCE_EXHAUSTED',
    'You exceeded your current quota: requests per minute.',
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
  ],
  overloaded: [503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'],
  fault: [500, 'INTERNAL', 'An internal error has occurred.'],
  no_such_model: [404, 'NOT_FOUND', 'models/gemini-nothing is not found for API version v1beta.'],
  no_credit: [
    429,
    'RESOURCE_EXHAUSTED',
    'You exceeded your current quota, please check your plan and billing details.',
  ],
  context_too_long: [
    400,
    'INVALID_ARGUMENT',
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  ],
  filtered: [400, 'INVALID_ARGUMENT', 'The request was blocked: PROHIBITED_CONTENT.'],
  wrong: [400, 'INVALID_ARGUMENT', 'Unknown name "mood": Cannot find field.'],
};

const read = (body: Record<string, unknown>): ReadRequest => {
  const config = shape(body.generationConfig);
  const declarations = shapes(body.tools).flatMap(({ functionDeclarations }) => shapes(functionDeclarations));
  return {
    system: shapes(shape(body.systemInstruction).parts)
      .map(({ text }) => textOf(text))
      .join('\n'),
    turns: shapes(body.contents).map(readTurn),
    tools: declarations.map(({ name, description, parameters }) => ({
      name: textOf(name),
      description: textOf(description),
      schema: parameters,
    })),
    toolChoice: shape(shape(body.toolConfig).functionCallingConfig).mode,
    schema: config.responseMimeType === 'application/json' ? config.responseSchema : undefined,
    maxTokens: config.maxOutputTokens,
    temperature: config.temperature,
  };
};

const readTurn = (content: Record<string, unknown>): ReadRequest['turns'][number] => {
  const list = shapes(content.parts);
  const text = list.flatMap((part) => (typeof part.text === 'string' && !part.thought ? [part.text] : [])).join('');
  const images = list.flatMap(({ inlineData }) =>
    inlineData ? [{ mediaType: textOf(shape(inlineData).mimeType), data: textOf(shape(inlineData).data) }] : [],
  );
  const calls = list.flatMap(({ functionCall }) =>
    functionCall
      ? [
          {
            id: textOf(shape(functionCall).id),
            name: textOf(shape(functionCall).name),
            input: shape(functionCall).args,
          },
        ]
      : [],
  );
  const results = list.flatMap(({ functionResponse }) =>
    functionResponse
      ? [{ id: textOf(shape(functionResponse).id), output: shape(shape(functionResponse).response).content }]
      : [],
  );
  const signature = list.find((part) => part.thoughtSignature)?.thoughtSignature;
  return {
    role: results.length > 0 ? 'tool' : content.role === 'model' ? 'assistant' : 'user',
    ...(text ? { text } : {}),
    ...(images.length > 0 ? { images } : {}),
    ...(calls.length > 0 ? { toolCalls: calls } : {}),
    ...(results.length > 0 ? { toolResults: results } : {}),
    ...(signature ? { signature: textOf(signature) } : {}),
  };
};

export const googleWire: Wire = {
  name: 'Gemini (generateContent)',
  provider: 'google',
  model: 'google/gemini-2.5-flash',
  reasoner: 'google/gemini-3.8-flash',
  path: (model, isStreamed) =>
    `/v1/models/${model}:${isStreamed ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  whole,
  streamed,
  failure: (kind) => {
    const [code, status, message, detail] = FAILURES[kind];
    return { status: code, body: { error: { code, message, status, ...(detail ? { details: [detail] } : {}) } } };
  },
  read,
  usage: { inputTokens: 30, outputTokens: 5, cachedInputTokens: 10, reasoningTokens: 2 },
};
