import { at, edge, type Sample, workflow } from './sample.ts';

const exampleInput = {
  document: `Northwind Logistics moved its order system to a new data centre in the second quarter. The migration took eleven weeks instead of the planned six, mainly because the nightly exports to the warehouse system had never been documented. During the move, 312 of 48,000 orders were delayed by more than one day; none was lost.

Running costs fell from $18,400 to $12,900 a month. Response times of the order page improved from 2.1 seconds to 0.7 seconds, and support tickets about slow pages dropped by 64 percent. The new system also keeps backups for 90 days, which the auditors had asked for since last year.

Two risks remain. The export job still depends on one engineer who leaves in September, and the contract with the old data centre runs until December, so the company pays for both until then. The team proposes to document the exports by the end of July, to train a second engineer, and to negotiate an early end of the old contract.

The board decides on 15 July whether the invoicing system follows in the fourth quarter. Finance expects further savings of about $3,000 a month, but asks that no system is moved in the last two weeks of December.`,
};

const agent = (id: string, name: string, row: number, role: string, task: string) => ({
  id,
  type: 'agent',
  name,
  position: at(2, row),
  config: {
    role,
    personality: 'factual, plain',
    prompt: `${task}\n\n<document>\n{{ steps.clean.output }}\n</document>`,
    temperature: 0.3,
    maxTokens: 1_000,
  },
});

export const documentDigest: Sample = {
  id: 'document-digest',
  name: { en: 'Document digest', ja: '文書ダイジェスト' },
  description: {
    en: 'Cleans a text up, has three agents work on it at the same time (summary, key points, terms) and merges what they wrote into one page.',
    ja: 'テキストを整え、3つのエージェントが同時に要約・要点・用語を作成し、1ページにまとめます。',
  },
  exampleInput,
  definition: workflow({
    nodes: [
      {
        id: 'text',
        type: 'input',
        name: 'Document',
        position: at(0, 1),
        config: {
          fields: [
            { name: 'document', label: 'Document', type: 'long_text', required: true, default: exampleInput.document },
          ],
        },
      },
      {
        id: 'clean',
        type: 'transform',
        name: 'Clean up',
        position: at(1, 1),
        config: {
          mode: 'jsonata',
          expression: String.raw`$replace($replace(input.document, /[ \t\r]+/, " "), /\n\s*\n/, "\n\n")`,
        },
      },
      agent('summary', 'Summary', 0, 'Editor who writes summaries', 'Summarise this document in three sentences.'),
      agent(
        'points',
        'Key points',
        1,
        'Analyst who briefs decision makers',
        'List the five key points of this document as a bulleted list: figures, decisions and risks first.',
      ),
      agent(
        'terms',
        'Terms',
        2,
        'Librarian who indexes documents',
        'Name the six key terms of this document, separated by commas. Write nothing else.',
      ),
      {
        id: 'merge',
        type: 'transform',
        name: 'Merge',
        position: at(3, 1),
        config: {
          mode: 'template',
          template: `## Summary

{{ steps.summary.output }}

## Key points

{{ steps.points.output }}

## Terms

{{ steps.terms.output }}`,
        },
      },
      { id: 'digest', type: 'output', name: 'Digest', position: at(4, 1), config: { value: '{{ previous }}' } },
    ],
    edges: [
      edge('text', 'clean'),
      edge('clean', 'summary'),
      edge('clean', 'points'),
      edge('clean', 'terms'),
      edge('summary', 'merge'),
      edge('points', 'merge'),
      edge('terms', 'merge'),
      edge('merge', 'digest'),
    ],
  }),
};
