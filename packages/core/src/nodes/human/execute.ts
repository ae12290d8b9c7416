import { ExecutionError } from '../../engine/execution-errors.ts';
import type { FieldProblem } from '../../errors/app-error.ts';
import { checkHumanResponse } from '../../host/check-human-response.ts';
import {
  type HumanRequest,
  type HumanResponse,
  humanRequestSchema,
  humanResponseSchema,
} from '../../host/ports/human.ts';
import { isTruthy } from '../condition/is-truthy.ts';
import type { Execute, ExecuteContext, ExecuteResult } from '../node-type.ts';
import { EXPIRED_PORT, type HumanConfig } from './definition.ts';

const MINUTE_MS = 60_000;
const SHORTEST_WAIT_MS = 1_000;
const MAX_TITLE_LENGTH = 300;
const MAX_MESSAGE_LENGTH = 100_000;

export const executeHuman: Execute<HumanConfig> = async (context) => {
  const request = await requestOf(context);
  const answer = await context.host.human.ask(request, context.nextCall());
  if (answer.kind === 'expired') return atDeadline(request, answer.at, context);
  accept(request, answer.response, 'The answer cannot be used', 'Ask again by retrying this step.');
  return resultOf(request, answer.response, {
    by: answer.by,
    at: answer.at,
    expired: false,
    reason: `${answer.by} answered.`,
  });
};

const requestOf = async ({ config, render }: ExecuteContext<HumanConfig>): Promise<HumanRequest> => {
  const title = (await render(config.title)).replace(/\s+/g, ' ').trim();
  const message = await render(config.message);
  return humanRequestSchema.parse({
    kind: config.kind,
    title: cut(title, MAX_TITLE_LENGTH) || 'Please decide',
    message: cut(message, MAX_MESSAGE_LENGTH),
    choices: config.kind === 'choice' ? config.choices.map(({ id, label }) => ({ id, label: label || id })) : [],
    fields: config.kind === 'form' ? config.fields : [],
    ...(config.deadlineMinutes > 0
      ? { deadlineMs: Math.max(SHORTEST_WAIT_MS, Math.round(config.deadlineMinutes * MINUTE_MS)) }
      : {}),
  });
};

/** A character that the cut would halve is replaced: databases take no half ones. */
const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed();

const atDeadline = async (
  request: HumanRequest,
  at: number,
  { config, evaluate }: ExecuteContext<HumanConfig>,
): Promise<ExecuteResult> => {
  const reason = `Nobody answered within ${config.deadlineMinutes} min.`;
  if (config.onDeadline === 'fail') throw expired(request.title, config.deadlineMinutes);
  if (config.onDeadline === 'branch')
    return { output: { expired: true, at: isoTime(at) }, ports: [EXPIRED_PORT], reason };
  const response = givenResponse(config.kind, await evaluate(config.answer));
  accept(request, response, 'The answer for the deadline cannot be used', 'Correct “Answer at the deadline”.');
  return resultOf(request, response, { by: null, at, expired: true, reason: `${reason} The given answer is used.` });
};

/** What the author wrote, as the kind of request takes it; what is wrong with it shows when it is checked. */
const givenResponse = (kind: HumanConfig['kind'], answer: unknown): HumanResponse => {
  if (kind === 'approval') return { approved: isTruthy(answer) };
  if (kind === 'choice') return typeof answer === 'string' ? { choice: answer.trim() } : {};
  return humanResponseSchema.safeParse({ values: readJson(answer) }).data ?? {};
};

const readJson = (answer: unknown): unknown => {
  if (typeof answer !== 'string') return answer;
  try {
    return JSON.parse(answer);
  } catch {
    return undefined;
  }
};

const accept = (request: HumanRequest, response: HumanResponse, what: string, hint: string): void => {
  const problems: FieldProblem[] = checkHumanResponse(request, response);
  if (problems.length === 0) return;
  const list = problems.map(({ field, message }) => `${field} ${message}`).join('; ');
  throw new ExecutionError({ code: 'output_invalid', message: `${what}: ${list}.`, hint });
};

type Given = { by: string | null; at: number; expired: boolean; reason: string };

const resultOf = (
  request: HumanRequest,
  response: HumanResponse,
  { by, at, expired, reason }: Given,
): ExecuteResult => {
  const who = { comment: response.comment ?? '', by, at: isoTime(at), expired };
  switch (request.kind) {
    case 'approval': {
      const approved = response.approved === true;
      return { output: { approved, ...who }, ports: [approved ? 'approved' : 'rejected'], reason };
    }
    case 'choice': {
      const id = response.choice ?? '';
      const label = request.choices.find((choice) => choice.id === id)?.label ?? id;
      return { output: { choice: id, label, ...who }, ports: [id], reason };
    }
    case 'form': {
      const values = Object.fromEntries(request.fields.map(({ name }) => [name, response.values?.[name] ?? null]));
      return { output: { values, ...who }, ports: ['out'], reason };
    }
  }
};

const isoTime = (at: number): string => new Date(at).toISOString();

const expired = (title: string, minutes: number): ExecutionError =>
  new ExecutionError({
    code: 'wait_expired',
    message: `Nobody answered “${title}” within ${minutes} min.`,
    hint: 'Allow more time, or say what happens at the deadline.',
  });
