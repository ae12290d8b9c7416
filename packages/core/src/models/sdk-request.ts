import { jsonSchema, type LanguageModel, Output, tool, wrapLanguageModel } from 'ai';
import { capabilitiesOf } from './capabilities.ts';
import type { ModelRequest } from './model-call.ts';
import { ModelError } from './model-errors.ts';
import { reasoningOptions } from './reasoning.ts';
import { toSdkMessages } from './sdk-messages.ts';

/** OpenAI's strict mode takes only schemas without optional members, and people write others. Nothing is stored there. */
const OPENAI_OPTIONS = { strictJsonSchema: false, store: false };

/** What the SDK is asked for a request, without what the model would refuse. Throws for images it cannot see. */
export const toSdkRequest = (request: ModelRequest, modelId: string) => {
  const capabilities = capabilitiesOf(modelId);
  const { outputSchema, tools, toolChoice, temperature, maxTokens, messages } = request;
  if (!capabilities.takesImages && hasImages(request)) throw noImages(modelId);
  const holdsSchema = tools.length > 0 ? capabilities.takesSchemaWithTools : capabilities.takesSchema;
  const { openai, ...reasoning } = reasoningOptions(request, modelId);
  return {
    system: systemPrompt(request, {
      // Many compatible servers take the schema and do not show it to the model.
      tellSchema: !holdsSchema || modelId.startsWith('openai_compatible/'),
    }),
    messages: toSdkMessages(messages, modelId),
    maxOutputTokens: maxTokens,
    ...(capabilities.takesTemperature ? { temperature } : {}),
    ...(outputSchema && holdsSchema ? { output: Output.object({ schema: jsonSchema(outputSchema) }) } : {}),
    ...(tools.length > 0
      ? { tools: toSdkTools(tools), toolChoice: toolChoice === 'none' ? ('none' as const) : ('auto' as const) }
      : {}),
    providerOptions: { ...reasoning, openai: { ...OPENAI_OPTIONS, ...openai } },
  };
};

/**
 * Tells a model that it must use a tool. Not by the SDK's own setting, which throws an answer away that was paid for
 * when the model uses none; some models refuse to be forced, and are only asked.
 */
export const forceTools = (
  model: Exclude<LanguageModel, string>,
  { tools, toolChoice }: ModelRequest,
): LanguageModel =>
  tools.length === 0 || toolChoice !== 'required' || model.specificationVersion !== 'v3'
    ? model
    : wrapLanguageModel({
        model,
        middleware: {
          specificationVersion: 'v3',
          transformParams: async ({ params }) => ({ ...params, toolChoice: { type: 'required' } }),
        },
      });

const toSdkTools = (tools: ModelRequest['tools']) =>
  Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      name,
      tool({ description, inputSchema: jsonSchema({ type: 'object', ...inputSchema }), strict: false }),
    ]),
  );

const systemPrompt = (
  { role, personality, outputSchema }: ModelRequest,
  { tellSchema }: { tellSchema: boolean },
): string => {
  const lines = [`Your role: ${role}.`];
  if (personality.trim() !== '') lines.push(`Your manner: ${personality}.`);
  if (outputSchema && tellSchema) {
    lines.push(`Answer with nothing but JSON that satisfies this JSON Schema:\n${JSON.stringify(outputSchema)}`);
  }
  return lines.join('\n');
};

const hasImages = ({ messages }: ModelRequest): boolean =>
  messages.some(({ content }) => content.some((part) => part.type === 'image'));

const noImages = (modelId: string): ModelError =>
  new ModelError({
    code: 'model_refused',
    message: `${modelId} takes no images, and the request has some.`,
    hint: 'Choose a model that sees images, or leave them out.',
  });
