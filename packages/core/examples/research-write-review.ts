import { AgentWorkflow, agent, review } from '@agentweaver/core';

const workflow = new AgentWorkflow({
  agents: [
    agent({ role: 'Researcher', prompt: 'List the key points of this text.\n\n<text>{{ input.task }}</text>' }),
    agent({ role: 'Writer', prompt: 'Summarise in two sentences.\n\n<points>{{ previous }}</points>' }),
    review({
      criteria: ['Keeps to the facts of the text', { pattern: /\.\s*$/, name: 'Whole sentences' }],
      maxRounds: 2,
    }),
  ],
  errorHandling: 'retry_3_times',
});

const { status, results, steps, totalCost, executionTime } = await workflow.run(
  'Tea grows on hills in the shade. It is picked by hand in spring. The first harvest costs twice as much as the second.',
);
console.log(status, results);
console.log(steps.map(({ id, iteration }) => `${id} ${iteration}`.trim()).join(', '));
console.log(`$${totalCost} in ${executionTime} ms`);
