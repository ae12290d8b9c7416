import { expect, it } from 'vitest';
import type { EventView } from '../execution-view.ts';
import { filterLog } from './filter-log.ts';

const line = (seq: number, level: EventView['level'], nodeId: string | null, message: string): EventView => ({
  seq,
  type: 'step_log',
  nodeId,
  iteration: '',
  level,
  message,
  data: null,
  createdAt: new Date(seq),
});
const log = [line(1, 'debug', 'a', 'Fetching'), line(2, 'warn', 'b', 'Slow'), line(3, 'error', 'a', 'Fetch failed')];
const all = { level: 'debug', nodeId: null, search: '' } as const;
const seqs = (filter: Partial<Parameters<typeof filterLog>[1]>) =>
  filterLog(log, { ...all, ...filter }).map(({ seq }) => seq);

it('filters by level, step and text', () => {
  expect(filterLog(log, all)).toBe(log);
  expect(seqs({ level: 'warn' })).toEqual([2, 3]);
  expect(seqs({ nodeId: 'a' })).toEqual([1, 3]);
  expect(seqs({ search: ' fetch ' })).toEqual([1, 3]);
  expect(seqs({ level: 'error', nodeId: 'b' })).toEqual([]);
});
