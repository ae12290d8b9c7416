import { at, edge, type Sample, workflow } from './sample.ts';

const exampleInput = {
  topic: 'Why the order system was moved, for people outside the project',
  notes: `Northwind Logistics moved its order system to a new data centre in the second quarter. The migration took eleven weeks instead of the planned six, mainly because the nightly exports to the warehouse system had never been documented. During the move, 312 of 48,000 orders were delayed by more than one day; none was lost.

Running costs fell from $18,400 to $12,900 a month. Response times of the order page improved from 2.1 seconds to 0.7 seconds. The new system also keeps backups for 90 days, which the auditors had asked for since last year.

Two risks remain. The export job still depends on one engineer who leaves in September, and the contract with the old data centre runs until December.`,
};

export const reviewedArticle: Sample = {
  id: 'reviewed-article',
  name: { en: 'Reviewed article', ja: '査読付き記事' },
  description: {
    en: 'A researcher gathers the facts, a writer drafts the text, and a review sends it back with what is wrong until it is good enough.',
    ja: '調査担当が事実を集め、執筆担当が下書きし、十分な出来になるまで査読が問題点とともに差し戻します。',
  },
  exampleInput,
  definition: workflow({
    nodes: [
      {
        id: 'brief',
        type: 'input',
        name: 'Brief',
        position: at(0, 0),
        config: {
          fields: [
            { name: 'topic', label: 'Topic', type: 'text', required: true, default: exampleInput.topic },
            { name: 'notes', label: 'Notes', type: 'long_text', required: true, default: exampleInput.notes },
          ],
        },
      },
      {
        id: 'research',
        type: 'agent',
        name: 'Gather facts',
        position: at(1, 0),
        config: {
          role: 'Researcher who separates facts from opinions',
          personality: 'factual, plain',
          prompt: `List the six facts of these notes that matter most for the topic, as a bulleted list. Keep every figure as it is.

Topic: {{ input.topic }}

<notes>
{{ input.notes }}
</notes>`,
          temperature: 0.2,
          maxTokens: 1_000,
        },
      },
      {
        id: 'write',
        type: 'agent',
        name: 'Write',
        position: at(2, 0),
        config: {
          role: 'Writer for readers without prior knowledge',
          personality: 'clear, friendly',
          prompt: `Summarise these facts in four sentences of plain text, without a list.

<facts>
{{ previous }}
</facts>`,
          temperature: 0.5,
          maxTokens: 1_000,
        },
      },
      {
        id: 'review',
        type: 'evaluate',
        name: 'Good enough?',
        position: at(3, 0),
        config: {
          judged: 'write',
          criteria: [
            {
              kind: 'model',
              name: 'Facts',
              weight: 2,
              description: 'Says only what the facts say, and keeps their figures:\n{{ steps.research.output }}',
            },
            { kind: 'regex', name: 'No list', pattern: String.raw`^(?!\s*[-*•])` },
            {
              kind: 'code',
              name: 'Length',
              source: `const words = previous.split(/\\s+/).length;
return words <= 120 ? true : { score: 0, reasons: [words + ' words are too many.'], feedback: 'At most 120 words.' };`,
            },
          ],
          threshold: 0.7,
          maxRounds: 3,
        },
      },
      {
        id: 'article',
        type: 'output',
        name: 'Article',
        position: at(4, 0),
        config: {
          value:
            '{{ { "text": previous.value, "score": previous.score, "passed": previous.passed, "rounds": previous.round + 1 } }}',
        },
      },
    ],
    edges: [
      edge('brief', 'research'),
      edge('research', 'write'),
      edge('write', 'review'),
      edge('review', 'article', 'pass'),
      edge('review', 'article', 'fail'),
    ],
  }),
};
