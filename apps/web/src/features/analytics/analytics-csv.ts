import { type Analytics, successRate } from './analytics-view.ts';
import { toCsv } from './to-csv.ts';

export const CSV_TABLES = ['series', 'workflows', 'models'] as const;
export type CsvTable = (typeof CSV_TABLES)[number];

/** Column names stay the same in every language: other programs read them. Times are UTC, durations ms, money USD. */
export const analyticsCsv: Record<CsvTable, (data: Analytics) => string> = {
  series: ({ series }) =>
    toCsv(
      [
        'start',
        'completed',
        'failed',
        'cancelled',
        'active',
        'median_ms',
        'p95_ms',
        'input_tokens',
        'output_tokens',
        'cost_usd',
      ],
      series.map((point) => [
        point.at,
        point.completed,
        point.failed,
        point.cancelled,
        point.active,
        point.medianMs,
        point.p95Ms,
        point.inputTokens,
        point.outputTokens,
        point.costUsd,
      ]),
    ),
  workflows: ({ workflows }) =>
    toCsv(
      [
        'workflow_id',
        'workflow',
        'executions',
        'completed',
        'failed',
        'success_rate',
        'median_ms',
        'tokens',
        'cost_usd',
      ],
      workflows.map((row) => [
        row.workflowId,
        row.name,
        row.executions,
        row.completed,
        row.failed,
        successRate(row),
        row.medianMs,
        row.tokens,
        row.costUsd,
      ]),
    ),
  models: ({ models }) =>
    toCsv(
      ['model', 'calls', 'executions', 'input_tokens', 'output_tokens', 'cost_usd'],
      models.map((row) => [row.model, row.calls, row.executions, row.inputTokens, row.outputTokens, row.costUsd]),
    ),
};
