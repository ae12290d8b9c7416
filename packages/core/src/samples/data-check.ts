import { at, edge, type Sample, workflow } from './sample.ts';

const exampleInput = {
  rows: [
    { id: 1, name: 'Aiko Tanaka', email: 'aiko@example.com', amount: 120.5 },
    { id: 2, name: 'Ben Okafor', email: 'ben.example.com', amount: 80 },
    { id: 3, name: 'Chloé Martin', email: 'chloe@example.com', amount: -15 },
    { id: 3, name: 'Dmitri Ivanov', email: 'dmitri@example.com', amount: 42 },
    { id: 5, name: '', email: 'eva@example.com', amount: 300 },
    { id: 6, name: 'Farah Nasser', email: 'farah@example.com', amount: 64.25 },
  ],
  maxProblems: 0,
};

const SOURCE = `// Checks each row and says what is wrong with it.
const problems = [];
const seen = new Set();

for (const [index, row] of input.rows.entries()) {
  const report = (field, message) => problems.push({ row: index + 1, field, message });
  if (seen.has(row.id)) report('id', 'The id ' + row.id + ' appears twice.');
  seen.add(row.id);
  if (!row.name) report('name', 'The name is missing.');
  if (!/^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$/.test(row.email ?? '')) report('email', 'This is no e-mail address.');
  if (typeof row.amount !== 'number' || row.amount < 0) report('amount', 'The amount must be 0 or more.');
}

const total = input.rows.reduce((sum, row) => sum + (row.amount > 0 ? row.amount : 0), 0);
console.log(input.rows.length + ' rows, ' + problems.length + ' problems');

return { rows: input.rows.length, total, problems };
`;

export const dataCheck: Sample = {
  id: 'data-check',
  name: { en: 'Data check', ja: 'データチェック' },
  description: {
    en: 'Checks rows of data with a few lines of JavaScript and lets them through, or reports what is wrong.',
    ja: '数行のJavaScriptでデータの行を検査し、合格させるか、問題点を報告します。',
  },
  exampleInput,
  definition: workflow({
    nodes: [
      {
        id: 'data',
        type: 'input',
        name: 'Data',
        position: at(0, 0),
        config: {
          fields: [
            {
              name: 'rows',
              label: 'Rows',
              type: 'json',
              required: true,
              default: JSON.stringify(exampleInput.rows, null, 2),
            },
            { name: 'maxProblems', label: 'Problems to tolerate', type: 'number', required: false, default: '0' },
          ],
        },
      },
      {
        id: 'check',
        type: 'code',
        name: 'Check rows',
        position: at(1, 0),
        config: { source: SOURCE, memoryMb: 64, timeoutMs: 5_000 },
      },
      {
        id: 'is_clean',
        type: 'condition',
        name: 'Clean enough?',
        position: at(2, 0),
        config: { mode: 'if', condition: '{{ $count(previous.problems) <= input.maxProblems }}' },
      },
      {
        id: 'accept',
        type: 'transform',
        name: 'Accept',
        position: at(3, 0),
        config: {
          mode: 'jsonata',
          expression: `{
  "accepted": true,
  "message": previous.rows & " rows with a total of " & $formatNumber(previous.total, "#,##0.00") & " can be imported."
}`,
        },
      },
      {
        id: 'reject',
        type: 'transform',
        name: 'Report problems',
        position: at(3, 1),
        config: {
          mode: 'jsonata',
          expression: `{
  "accepted": false,
  "message": $count(previous.problems) & " problems in " & previous.rows & " rows.",
  "problems": [previous.problems.("Row " & row & ", " & field & ": " & message)]
}`,
        },
      },
      { id: 'report', type: 'output', name: 'Report', position: at(4, 0), config: { value: '{{ previous }}' } },
    ],
    edges: [
      edge('data', 'check'),
      edge('check', 'is_clean'),
      edge('is_clean', 'accept', 'true'),
      edge('is_clean', 'reject', 'false'),
      edge('accept', 'report'),
      edge('reject', 'report'),
    ],
  }),
};
