import { at, edge, type Sample, workflow } from './sample.ts';

const exampleInput = {
  reviews: [
    { product: 'Kettle', text: 'Great kettle, I love it: quiet, fast and easy to clean.' },
    { product: 'Kettle', text: 'Terrible. It was broken when it arrived and nobody answered my mails.' },
    { product: 'Toaster', text: 'Excellent value, thank you for the fast delivery!' },
    { product: 'Toaster', text: 'Disappointed: it burns everything, and the refund took five weeks.' },
    { product: 'Blender', text: 'Wonderful smoothies every morning. Happy with it.' },
    { product: 'Blender', text: 'Awful noise, bad smell. I am angry and want my money back.' },
  ],
};

const JUDGEMENT = {
  type: 'object',
  properties: {
    sentiment: { type: 'string', enum: ['positive', 'negative'] },
    reason: { type: 'string', description: 'The words that decide, in one sentence.' },
  },
  required: ['sentiment', 'reason'],
  additionalProperties: false,
};

export const reviewBatch: Sample = {
  id: 'review-batch',
  name: { en: 'Batch of reviews', ja: 'レビューの一括処理' },
  description: {
    en: 'Goes through a list, five items at a time: an agent judges each customer review, and the results are counted by product.',
    ja: 'リストを5件ずつ同時に処理します。エージェントが各レビューを判定し、結果を製品ごとに集計します。',
  },
  exampleInput,
  definition: workflow({
    nodes: [
      {
        id: 'list',
        type: 'input',
        name: 'Reviews',
        position: at(0, 0),
        config: {
          fields: [
            {
              name: 'reviews',
              label: 'Reviews',
              type: 'json',
              required: true,
              default: JSON.stringify(exampleInput.reviews, null, 2),
            },
          ],
        },
      },
      {
        id: 'each',
        type: 'map',
        name: 'Each review',
        position: at(1, 0),
        size: { width: 680, height: 240 },
        config: { list: '{{ input.reviews }}', maxParallel: 5, onItemError: 'skip' },
      },
      {
        id: 'judge',
        type: 'agent',
        name: 'Judge',
        parent: 'each',
        position: { x: 40, y: 88 },
        config: {
          role: 'Analyst who reads customer reviews',
          personality: 'factual, plain',
          prompt: `Classify this review of a {{ item.product }} as positive or negative.

<review>
{{ item.text }}
</review>`,
          temperature: 0,
          maxTokens: 300,
          outputSchema: JSON.stringify(JUDGEMENT, null, 2),
        },
      },
      {
        id: 'label',
        type: 'transform',
        name: 'Keep the product',
        parent: 'each',
        position: { x: 360, y: 88 },
        config: {
          mode: 'jsonata',
          expression: '{ "product": item.product, "sentiment": previous.sentiment, "reason": previous.reason }',
        },
      },
      {
        id: 'count',
        type: 'transform',
        name: 'Count',
        position: at(4, 0),
        config: {
          mode: 'jsonata',
          expression: `{
  "positive": $count(previous[sentiment = "positive"]),
  "negative": $count(previous[sentiment = "negative"]),
  "products": previous{ product: { "positive": $count($[sentiment = "positive"]), "negative": $count($[sentiment = "negative"]) } },
  "reviews": previous
}`,
        },
      },
      { id: 'report', type: 'output', name: 'Report', position: at(5, 0), config: { value: '{{ previous }}' } },
    ],
    edges: [edge('list', 'each'), edge('judge', 'label'), edge('each', 'count'), edge('count', 'report')],
  }),
};
