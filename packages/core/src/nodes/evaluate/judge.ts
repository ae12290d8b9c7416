import { z } from 'zod';
import { runAgent } from '../../agents/run-agent.ts';
import { ExecutionError } from '../../engine/execution-errors.ts';
import type { CallContext } from '../../host/host.ts';
import { NO_USAGE, type Usage } from '../../models/model-call.ts';
import type { ExecuteContext } from '../node-type.ts';
import type { Criterion, EvaluateConfig } from './definition.ts';
import { schemaProblems } from './schema-problems.ts';

/** What one criterion says of an output. */
export type Judgement = {
  /** From 0 to 1. */
  score: number;
  reasons: string[];
  /** What to do better; empty when there is nothing. */
  feedback: string;
  usage: Usage;
  costUsd: number;
  model?: string;
  cached?: boolean;
};

type Context = ExecuteContext<EvaluateConfig>;
type Judge = (criterion: Criterion, value: unknown, context: Context) => Promise<Judgement>;

/** Each takes its host calls at once, before it waits for anything, so that they are numbered the same in every attempt. */
export const judge: Judge = (criterion, value, context) => JUDGES[criterion.kind](criterion, value, context);

const FREE = { usage: NO_USAGE, costUsd: 0 };
const MAX_TOKENS = 4_000;
const MEMORY_MB = 64;
const PATTERN_TIMEOUT_MS = 2_000;
const CODE_TIMEOUT_MS = 10_000;
/** The question and, when its answer does not fit, the repair. */
const CALLS_OF_A_MODEL = 2;

const verdictSchema = {
  type: 'object',
  properties: {
    reasons: { type: 'array', items: { type: 'string' }, description: 'What speaks for the score, briefly.' },
    score: { type: 'number', minimum: 0, maximum: 1, description: '0: not met at all. 1: fully met.' },
    feedback: { type: 'string', description: 'What has to change for a score of 1; empty when nothing has to.' },
  },
  required: ['reasons', 'score', 'feedback'],
  additionalProperties: false,
};
const verdict = z.object({ score: z.number().min(0).max(1), reasons: z.array(z.string()), feedback: z.string() });

const judgeByModel: Judge = async (criterion, value, context) => {
  const { config, render, timeoutMs } = context;
  const calls: CallContext[] = Array.from({ length: CALLS_OF_A_MODEL }, context.nextCall);
  const answer = await runAgent(
    {
      role: 'Strict and fair judge of work results',
      personality: 'precise, brief, says what is missing',
      model: config.model,
      prompt: promptFor(await render(criterion.description), asText(value)),
      temperature: 0,
      maxTokens: MAX_TOKENS,
      timeoutMs: Math.min(config.timeoutMs, timeoutMs),
      outputSchema: verdictSchema,
    },
    // What it writes is JSON for the engine; several judges would mix their pieces besides.
    { ...context, nextCall: () => calls.shift() ?? context.nextCall(), report: () => undefined },
  );
  const { usage, costUsd, model, cached } = answer;
  return { ...verdict.parse(answer.output), usage, costUsd, model, cached };
};

const promptFor = (criterion: string, output: string): string =>
  [
    'Judge the output below by this criterion and by nothing else:',
    criterion.trim() || 'It is complete, right and well written.',
    `<output>\n${output}\n</output>`,
  ].join('\n\n');

const judgeBySchema: Judge = async ({ schema }, value) => {
  const problems = schemaProblems(schema, readJson(value));
  return verdictOf(problems.length === 0, problems, 'It satisfies the JSON Schema.');
};

/** In the thread for user code: a pattern can take for ever. */
const judgeByPattern: Judge = async ({ pattern }, value, { host, nextCall, log }) => {
  const matches = await host.code.run(
    {
      source: 'return new RegExp(input.pattern, "u").test(input.text);',
      variables: { input: { pattern, text: asText(value) }, previous: null, steps: {} },
      timeoutMs: PATTERN_TIMEOUT_MS,
      memoryMb: MEMORY_MB,
      onLog: log,
    },
    nextCall(),
  );
  return verdictOf(matches === true, [`It does not match ${pattern}.`], `It matches ${pattern}.`);
};

const verdictOf = (passes: boolean, problems: string[], praise: string): Judgement => ({
  score: passes ? 1 : 0,
  reasons: passes ? [praise] : problems,
  feedback: passes ? '' : problems.join(' '),
  ...FREE,
});

const judgeByCode: Judge = async ({ source, name }, value, { host, nextCall, log, input, steps }) => {
  const returned = await host.code.run(
    {
      source,
      variables: { input, previous: value, steps },
      timeoutMs: CODE_TIMEOUT_MS,
      memoryMb: MEMORY_MB,
      onLog: log,
    },
    nextCall(),
  );
  const parsed = codeResult.safeParse(returned);
  if (parsed.success) return { ...parsed.data, ...FREE };
  throw new ExecutionError({
    code: 'code_failed',
    message: `The code of the criterion “${name || 'code'}” returned something else than a judgement.`,
    hint: 'Return true or false, a number from 0 to 1, or { score, reasons, feedback }.',
  });
};

const share = z.number().min(0).max(1);
const codeResult = z.union([
  z.boolean().transform((passes) => ({ score: passes ? 1 : 0, reasons: [], feedback: '' })),
  share.transform((score) => ({ score, reasons: [], feedback: '' })),
  z.object({
    score: z.union([share, z.boolean().transform(Number)]),
    reasons: z.array(z.string()).default([]),
    feedback: z.string().default(''),
  }),
]);

const JUDGES: Record<Criterion['kind'], Judge> = {
  model: judgeByModel,
  schema: judgeBySchema,
  regex: judgeByPattern,
  code: judgeByCode,
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

/** Models write JSON as text; what is no JSON is judged as the text that it is. */
const readJson = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};
