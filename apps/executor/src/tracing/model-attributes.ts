import { type ProviderId, parseModelId } from '@agentweaver/core/models/catalog';

/** Our providers by the names of the conventions; what speaks OpenAI's format is told by its address who it is. */
const PROVIDER_NAMES: Record<ProviderId, string> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'gcp.gemini',
  openai_compatible: 'openai',
  demo: 'agentweaver.demo',
};

/** Of `provider/model`: who answers and the model's own name, under the given key. */
export const modelAttributes = (
  modelId: string,
  key: 'gen_ai.request.model' | 'gen_ai.response.model',
): Record<string, string> => {
  const parsed = parseModelId(modelId);
  return parsed ? { 'gen_ai.provider.name': PROVIDER_NAMES[parsed.provider], [key]: parsed.model } : { [key]: modelId };
};

/** The host of an address and its port, without anything else of it. */
export const serverAttributes = (baseUrl: string | undefined): Record<string, string | number> => {
  const url = baseUrl === undefined ? null : URL.parse(baseUrl);
  if (!url) return {};
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { 'server.address': url.hostname, 'server.port': port };
};
