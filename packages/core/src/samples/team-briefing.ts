import { at, edge, type Sample, workflow } from './sample.ts';

const exampleInput = {
  task: `Check the running costs of the move. Check the contract with the old data centre. Write a recommendation for the board.`,
  facts: `Running costs fell from $18,400 to $12,900 a month. The contract with the old data centre runs until December, so the company pays for both until then. The board decides on 15 July whether the invoicing system follows. Finance expects further savings of about $3,000 a month, but asks that no system is moved in the last two weeks of December.`,
};

export const teamBriefing: Sample = {
  id: 'team-briefing',
  name: { en: 'Team briefing', ja: 'チームによる報告' },
  description: {
    en: 'A coordinator splits a task among three specialists, lets them work side by side and makes one answer of what they found.',
    ja: 'コーディネーターが作業を3人の専門エージェントに分担させ、並行して進めた結果を1つの回答にまとめます。',
  },
  exampleInput,
  definition: workflow({
    nodes: [
      {
        id: 'task',
        type: 'input',
        name: 'Task',
        position: at(0, 0),
        config: {
          fields: [
            { name: 'task', label: 'Task', type: 'long_text', required: true, default: exampleInput.task },
            { name: 'facts', label: 'Facts', type: 'long_text', required: true, default: exampleInput.facts },
          ],
        },
      },
      {
        id: 'team',
        type: 'coordinator',
        name: 'Team',
        position: at(1, 0),
        config: {
          task: '{{ input.task }}\n\nFacts: {{ input.facts }}',
          specialists: [
            {
              id: 'analyst',
              name: 'Analyst',
              role: 'Financial analyst who compares running costs and savings',
              skills: ['costs', 'savings'],
              temperature: 0.2,
              tools: [{ tool: 'calculator' }],
            },
            {
              id: 'lawyer',
              name: 'Lawyer',
              role: 'Lawyer who reads contracts and deadlines',
              skills: ['contracts', 'deadlines'],
              temperature: 0.2,
            },
            {
              id: 'editor',
              name: 'Editor',
              role: 'Editor who writes recommendations for decision makers',
              skills: ['writing', 'recommendations'],
            },
          ],
          maxSubtasks: 3,
          onSubtaskError: 'continue',
        },
      },
      {
        id: 'briefing',
        type: 'output',
        name: 'Briefing',
        position: at(2, 0),
        config: {
          value:
            '{{ { "answer": previous.answer, "complexity": previous.complexity, "parts": [previous.subtasks.(title & ": " & specialist)] } }}',
        },
      },
    ],
    edges: [edge('task', 'team'), edge('team', 'briefing')],
  }),
};
