import { at, edge, type Sample, workflow } from './sample.ts';

const exampleInput = {
  message: `Hello,

I was charged twice for my March invoice (order #A-20417): $49.00 on March 3 and again on March 4. I only have one subscription. Please refund the second payment today if you can, because our accounts close tonight.

Thank you,
Maria Keller`,
};

const CLASSIFICATION = {
  type: 'object',
  properties: {
    category: { type: 'string', enum: ['billing', 'technical', 'account', 'shipping', 'spam', 'other'] },
    urgency: { type: 'string', enum: ['low', 'medium', 'high'] },
    reason: { type: 'string', description: 'Why, in one sentence.' },
  },
  required: ['category', 'urgency', 'reason'],
  additionalProperties: false,
};

const CHOICE = {
  type: 'object',
  properties: {
    choice: { type: 'string', enum: ['draft_warm', 'draft_concise'] },
    reason: { type: 'string', description: 'Why it is the better one, in one sentence.' },
  },
  required: ['choice', 'reason'],
  additionalProperties: false,
};

const draftPrompt = `Draft a reply to this support ticket. It was classified as {{ steps.classify.output.category }}, urgency {{ steps.classify.output.urgency }}.

<ticket>
{{ input.message }}
</ticket>

Answer in the language of the ticket. Promise nothing that the ticket does not ask for.`;

export const ticketTriage: Sample = {
  id: 'ticket-triage',
  name: { en: 'Support ticket triage', ja: 'サポートチケットの振り分け' },
  description: {
    en: 'Classifies a support ticket, sets spam aside, has two agents draft a reply at the same time and picks the better one.',
    ja: 'サポートチケットを分類し、迷惑メールを除き、2つのエージェントが同時に返信案を書き、より良い案を選びます。',
  },
  exampleInput,
  definition: workflow({
    nodes: [
      {
        id: 'ticket',
        type: 'input',
        name: 'Ticket',
        position: at(0, 1),
        config: {
          fields: [
            { name: 'message', label: 'Ticket', type: 'long_text', required: true, default: exampleInput.message },
          ],
        },
      },
      {
        id: 'classify',
        type: 'agent',
        name: 'Classify',
        position: at(1, 1),
        config: {
          role: 'Support dispatcher who sorts incoming tickets',
          personality: 'precise, neutral',
          prompt: 'Classify this support ticket and say how urgent it is.\n\n<ticket>\n{{ input.message }}\n</ticket>',
          temperature: 0,
          maxTokens: 500,
          outputSchema: JSON.stringify(CLASSIFICATION, null, 2),
        },
        retry: { maxAttempts: 2 },
      },
      {
        id: 'needs_reply',
        type: 'condition',
        name: 'Needs a reply?',
        position: at(2, 1),
        config: { mode: 'if', condition: '{{ steps.classify.output.category != "spam" }}' },
      },
      {
        id: 'draft_warm',
        type: 'agent',
        name: 'Draft, warm',
        position: at(3, 0),
        config: {
          role: 'Customer support specialist',
          personality: 'warm, empathetic, patient',
          prompt: draftPrompt,
          maxTokens: 1_000,
        },
      },
      {
        id: 'draft_concise',
        type: 'agent',
        name: 'Draft, concise',
        position: at(3, 1),
        config: {
          role: 'Customer support specialist',
          personality: 'concise, direct, to the point',
          prompt: draftPrompt,
          maxTokens: 1_000,
        },
      },
      {
        id: 'pick',
        type: 'agent',
        name: 'Pick the better draft',
        position: at(4, 0),
        config: {
          role: 'Head of support who reads each reply before it is sent',
          personality: 'fair, strict',
          prompt: `Choose the better reply to the ticket: it must take up what was asked, be polite and say what happens next.

<ticket>
{{ input.message }}
</ticket>

<draft_warm>
{{ steps.draft_warm.output }}
</draft_warm>

<draft_concise>
{{ steps.draft_concise.output }}
</draft_concise>`,
          temperature: 0,
          maxTokens: 500,
          outputSchema: JSON.stringify(CHOICE, null, 2),
        },
        retry: { maxAttempts: 2 },
      },
      {
        id: 'compose',
        type: 'transform',
        name: 'Put the answer together',
        position: at(5, 0),
        config: {
          mode: 'jsonata',
          expression: `{
  "category": steps.classify.output.category,
  "urgency": steps.classify.output.urgency,
  "reply": previous.choice = "draft_warm" ? steps.draft_warm.output : steps.draft_concise.output,
  "chosen": previous.choice,
  "why": previous.reason
}`,
        },
      },
      {
        id: 'set_aside',
        type: 'transform',
        name: 'Set aside',
        position: at(3, 2),
        config: {
          mode: 'jsonata',
          expression: `{
  "category": steps.classify.output.category,
  "urgency": steps.classify.output.urgency,
  "reply": null,
  "why": "Not answered: " & steps.classify.output.reason
}`,
        },
      },
      { id: 'answer', type: 'output', name: 'Answer', position: at(6, 1), config: { value: '{{ previous }}' } },
    ],
    edges: [
      edge('ticket', 'classify'),
      edge('classify', 'needs_reply'),
      edge('needs_reply', 'draft_warm', 'true'),
      edge('needs_reply', 'draft_concise', 'true'),
      edge('needs_reply', 'set_aside', 'false'),
      edge('draft_warm', 'pick'),
      edge('draft_concise', 'pick'),
      edge('pick', 'compose'),
      edge('compose', 'answer'),
      edge('set_aside', 'answer'),
    ],
  }),
};
