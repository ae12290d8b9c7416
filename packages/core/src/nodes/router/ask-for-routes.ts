import { z } from 'zod';
import { readStructuredAnswer } from '../../agents/structured-answer.ts';
import { type ModelResponse, userMessage } from '../../models/model-call.ts';
import { DEFAULT_PORT } from '../condition/definition.ts';
import type { ExecuteContext, ExecuteResult } from '../node-type.ts';
import type { RouterConfig } from './definition.ts';

const ROLE = 'Dispatcher who decides where a piece of work goes next';
/** The decision is short; models that reason need room before it. */
const MAX_TOKENS = 4_000;

type Decision = Omit<ExecuteResult, 'output'> & { ports: string[] };

/** What the model names of the routes, in their order; empty when it names none that exists. */
export const askForRoutes = async (context: ExecuteContext<RouterConfig>): Promise<Decision> => {
  const { config, host, nextCall, timeoutMs } = context;
  const outputSchema = schemaFor(config);
  const response = await host.model.generate(
    {
      role: ROLE,
      personality: 'precise, brief',
      model: config.model,
      messages: [userMessage(await promptFor(context))],
      temperature: 0,
      maxTokens: MAX_TOKENS,
      timeoutMs: Math.min(config.timeoutMs, timeoutMs),
      outputSchema,
    },
    // The pieces of a decision as JSON are nothing to watch.
    { ...nextCall(), onDelta: () => undefined },
  );
  const { model, usage, costUsd, cached } = response;
  const { ports, why } = readDecision(answerOf(outputSchema, response), config);
  return { ports, reason: why, model, usage, costUsd, cached };
};

/** The reason comes first, so that the choice follows from it. */
const schemaFor = ({ routes, allowSeveral }: RouterConfig): Record<string, unknown> => {
  const route = { type: 'string', enum: [...routes.map(({ id }) => id), DEFAULT_PORT] };
  const choice = allowSeveral ? { routes: { type: 'array', items: route } } : { route };
  return {
    type: 'object',
    properties: { reason: { type: 'string', description: 'Why, in one sentence.' }, ...choice },
    required: ['reason', ...Object.keys(choice)],
    additionalProperties: false,
  };
};

const promptFor = async ({ config, render }: ExecuteContext<RouterConfig>): Promise<string> => {
  const routes = config.routes.map(({ id, label, description }) => {
    const words = [label, description].filter((text) => text.trim() !== '').join(': ');
    return `- ${id}${words ? ` (${words})` : ''}`;
  });
  const instructions = (await render(config.instructions)).trim();
  return [
    `Decide which ${config.allowSeveral ? 'routes' : 'route'} the subject below takes. The routes are`,
    [...routes, `- ${DEFAULT_PORT} (nothing else fits)`].join('\n'),
    ...(instructions ? [instructions] : []),
    `<subject>\n${await render(config.subject)}\n</subject>`,
  ].join('\n\n');
};

/** A route that does not exist makes no answer, and so does text that is no JSON. */
const answerOf = (outputSchema: Record<string, unknown>, response: ModelResponse): unknown => {
  const answer = readStructuredAnswer(outputSchema, response);
  return answer.problem ? undefined : answer.output;
};

const answerSchema = z.object({
  reason: z.string().catch(''),
  route: z.string().optional().catch(undefined),
  routes: z.array(z.string()).catch([]).default([]),
});

const readDecision = (answer: unknown, { routes }: RouterConfig): { ports: string[]; why: string } => {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return { ports: [], why: 'The model’s answer names no route.' };
  const { reason, route, routes: several } = parsed.data;
  const named = new Set([...several, ...(route === undefined ? [] : [route])]);
  const ports = routes.filter(({ id }) => named.has(id)).map(({ id }) => id);
  return {
    ports,
    why: reason.trim() || (ports.length > 0 ? 'The model gave no reason.' : 'The model’s answer names no route.'),
  };
};
