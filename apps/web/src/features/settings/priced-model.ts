import { parseModelId } from '@agentweaver/core/models/catalog';

/** A model that may cost something: `provider/model` of any provider but the demo. */
export const isPricedModel = (text: string): boolean => {
  const provider = parseModelId(text)?.provider;
  return provider !== undefined && provider !== 'demo' && !/\s/.test(text);
};
