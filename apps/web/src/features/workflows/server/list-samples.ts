import { SAMPLES } from '@agentweaver/core/samples/samples';
import type { SampleSummary } from '../workflow-summary.ts';

/** The samples in a language, with the node types that each is made of. */
export const listSamples = (locale: 'en' | 'ja'): SampleSummary[] =>
  SAMPLES.map((sample) => ({
    id: sample.id,
    name: sample.name[locale],
    description: sample.description[locale],
    nodeTypes: [...new Set(sample.definition.nodes.map((node) => node.type))],
  }));
