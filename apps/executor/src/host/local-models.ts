import { z } from 'zod';
import { LOCAL_MODEL_PROBE_MS } from '../tunables.ts';

export type LocalModels = {
  /** Of an OpenAI-compatible API, ending in `/v1` or whatever the operator set. */
  baseUrl: string;
  /** How people know the server. */
  source: string;
  /** The default first. */
  models: string[];
};

export type LocalModelFinder = {
  /** What was found last; `undefined` when no local server answers. */
  current(): LocalModels | undefined;
  close(): void;
};

const USUAL_PLACES = [
  { baseUrl: 'http://127.0.0.1:11434/v1', source: 'Ollama' },
  { baseUrl: 'http://127.0.0.1:8080/v1', source: 'llama.cpp' },
];
const PROBE_TIMEOUT_MS = 1_500;

const listSchema = z.object({ data: z.array(z.object({ id: z.string().min(1).max(180) })).max(1_000) });

/**
 * Looks for a model server of the operator's: at `LOCAL_MODEL_URL`, or on the usual ports of this machine. These
 * addresses come from the operator or are fixed here, never from a workspace, so they do not pass the egress guard.
 */
export const findLocalModels = async ({
  url,
  modelName,
  places = USUAL_PLACES,
  intervalMs = LOCAL_MODEL_PROBE_MS,
}: {
  url?: string;
  modelName?: string;
  places?: { baseUrl: string; source: string }[];
  intervalMs?: number;
}): Promise<LocalModelFinder> => {
  const candidates = url ? [{ baseUrl: url.replace(/\/+$/, ''), source: 'the configured model server' }] : places;
  let found: LocalModels | undefined;

  const look = async (): Promise<void> => {
    for (const place of candidates) {
      const models = await listModels(place.baseUrl);
      // A server that lists nothing is of use only if the operator named the model.
      const ordered = modelName
        ? [modelName, ...(models ?? []).filter((model) => model !== modelName)]
        : (models ?? []);
      if (models !== undefined && ordered.length > 0) {
        found = { ...place, models: ordered };
        return;
      }
    }
    found = undefined;
  };

  await look();
  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  return { current: () => found, close: () => clearInterval(timer) };
};

/** `undefined` when nothing, or something else than a model server, answers. */
const listModels = async (baseUrl: string): Promise<string[] | undefined> => {
  try {
    const response = await fetch(`${baseUrl}/models`, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      redirect: 'error',
    });
    if (!response.ok) return undefined;
    const parsed = listSchema.safeParse(await response.json());
    return parsed.success ? parsed.data.data.map(({ id }) => id) : undefined;
  } catch {
    return undefined;
  }
};
