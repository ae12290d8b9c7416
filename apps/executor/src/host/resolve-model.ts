import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { PROVIDERS, type ProviderId, parseModelId } from '@agentweaver/core/models/catalog';
import { DEMO_MODEL_ID, DEMO_MODEL_NAME } from '@agentweaver/core/models/demo/identity';
import type { LocalModels } from './local-models.ts';

/** A provider key of the workspace, still encrypted. */
export type AvailableKey = {
  id: string;
  provider: Exclude<ProviderId, 'demo'>;
  label: string;
  baseUrl: string | null;
  /** Of an `openai_compatible` endpoint, the default first. */
  models: readonly string[];
  /** Calls under way at once, in one executor; null: as many as the workspace may have. */
  maxConcurrentCalls: number | null;
  /** In all executors. */
  maxCallsPerMinute: number | null;
};

export type ResolvedModel = {
  /** `provider/model`. */
  id: string;
  /** Why this model, in one sentence. */
  reason: string;
} & (
  | { via: 'key'; key: AvailableKey }
  /** The operator's own server. */
  | { via: 'local'; baseUrl: string }
  | { via: 'demo' }
);

const AUTO_ORDER = ['anthropic', 'openai', 'google', 'openai_compatible'] as const;

/**
 * Finds what answers for a model id. `auto`: the workspace's first key in a fixed order and that provider's default
 * model, else the operator's local server, else the demo model. Throws `model_unavailable`.
 */
export const resolveModel = (
  modelId: string,
  { keys, local }: { keys: readonly AvailableKey[]; local: LocalModels | undefined },
): ResolvedModel => (modelId === 'auto' ? resolveAuto(keys, local) : resolveNamed(modelId, keys, local));

const resolveAuto = (keys: readonly AvailableKey[], local: LocalModels | undefined): ResolvedModel => {
  for (const provider of AUTO_ORDER) {
    for (const key of keys) {
      const id = key.provider === provider ? defaultModelOf(key) : undefined;
      if (id === undefined) continue;
      const reason = `Chosen automatically: the default model of ${PROVIDERS[provider].name}, by the key “${key.label}”.`;
      return { via: 'key', key, id, reason };
    }
  }
  const [first] = local?.models ?? [];
  if (local && first !== undefined) {
    const reason = `Chosen automatically: the workspace has no provider key, and ${local.source} answers.`;
    return { via: 'local', baseUrl: local.baseUrl, id: `openai_compatible/${first}`, reason };
  }
  const reason = `Chosen automatically: ${DEMO_MODEL_NAME}, because the workspace has no provider key and no local model server answers.`;
  return { via: 'demo', id: DEMO_MODEL_ID, reason };
};

const defaultModelOf = ({ provider, models }: AvailableKey): string | undefined => {
  const [own] = models;
  return provider === 'openai_compatible' ? own && `openai_compatible/${own}` : PROVIDERS[provider].defaultModel;
};

const resolveNamed = (
  modelId: string,
  keys: readonly AvailableKey[],
  local: LocalModels | undefined,
): ResolvedModel => {
  const parsed = parseModelId(modelId);
  if (!parsed)
    throw unavailable(`There is no model “${modelId}”.`, 'Choose a model from the list of the agent, or “auto”.');
  const { provider, model } = parsed;
  if (provider === 'demo') {
    if (modelId !== DEMO_MODEL_ID)
      throw unavailable(`There is no model “${modelId}”.`, 'The demo model is demo/demo-model.');
    return { via: 'demo', id: modelId, reason: 'Named by the agent.' };
  }
  const candidates = keys.filter((key) => key.provider === provider);
  const listed = candidates.find((key) => key.models.includes(model));
  if (listed) return { via: 'key', key: listed, id: modelId, reason: 'Named by the agent.' };
  if (provider === 'openai_compatible' && local?.models.includes(model)) {
    return {
      via: 'local',
      baseUrl: local.baseUrl,
      id: modelId,
      reason: `Named by the agent; it runs on ${local.source}.`,
    };
  }
  const [key] = candidates;
  if (key) return { via: 'key', key, id: modelId, reason: 'Named by the agent.' };
  throw unavailable(
    `The agent asks for ${modelId}, but this workspace has no key for ${PROVIDERS[provider].name}.`,
    `Add a key for ${PROVIDERS[provider].name} in the settings, or set the model to “auto”.`,
  );
};

const unavailable = (message: string, hint: string): ExecutionError =>
  new ExecutionError({ code: 'model_unavailable', message, hint });
