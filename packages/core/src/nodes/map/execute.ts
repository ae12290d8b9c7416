import { ExecutionError } from '../../engine/execution-errors.ts';
import { messageOf } from '../../errors/to-execution-error.ts';
import { isSuspended, type Suspended } from '../../host/suspended.ts';
import type { Execute, ExecuteContext } from '../node-type.ts';
import { MAX_ITEMS, type MapConfig } from './definition.ts';

type Outcome = { kind: 'done'; output: unknown } | { kind: 'failed' } | { kind: 'waits'; suspended: Suspended };

export const executeMap: Execute<MapConfig> = async (context) => {
  const items = readItems(await context.evaluate(context.config.list), context.log);
  const outcomes = await runItems(items, context);
  const waiting = outcomes.flatMap((outcome) => (outcome.kind === 'waits' ? outcome.suspended : []));
  // Items that wait hold up nobody else; only now that the others are done does the step wait as well.
  if (waiting.length > 0) throw soonest(waiting);
  const kept = context.config.onItemError === 'skip' ? outcomes.filter(({ kind }) => kind === 'done') : outcomes;
  return {
    output: kept.map((outcome) => (outcome.kind === 'done' ? outcome.output : null)),
    reason: describe(outcomes),
  };
};

/** JSONata gives one match as itself and no match as nothing; models give lists as text. */
const readItems = (value: unknown, log: ExecuteContext<MapConfig>['log']): unknown[] => {
  const list = typeof value === 'string' ? (jsonList(value) ?? value) : value;
  const items = Array.isArray(list) ? list : list === null || list === undefined || list === '' ? [] : [list];
  if (items.length > MAX_ITEMS) throw tooMany(items.length);
  if (!Array.isArray(list) && items.length === 1)
    log('warn', 'The list is a single value; it is taken as the only item.');
  return items;
};

const jsonList = (text: string): unknown[] | undefined => {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** In the order of the items, at most `maxParallel` at a time. Rejects with the first failure when that is to fail the step. */
const runItems = async (items: unknown[], context: ExecuteContext<MapConfig>): Promise<Outcome[]> => {
  const outcomes: Outcome[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      context.signal.throwIfAborted();
      outcomes[index] = await runItem(items[index], index, context);
    }
  };
  const workers = Math.min(context.config.maxParallel, items.length);
  await Promise.all(Array.from({ length: workers }, worker));
  return outcomes;
};

const runItem = async (item: unknown, index: number, context: ExecuteContext<MapConfig>): Promise<Outcome> => {
  try {
    return { kind: 'done', output: await context.runBody({ index, item, previous: item }) };
  } catch (error) {
    if (isSuspended(error)) return { kind: 'waits', suspended: error };
    if (context.config.onItemError === 'fail' || context.signal.aborted) throw error;
    context.log('warn', `Item ${index + 1} failed: ${messageOf(error)}`);
    return { kind: 'failed' };
  }
};

/** One of several: the engine knows each step that waits, this one only has to name the first end. */
const soonest = (waiting: Suspended[]): Suspended =>
  waiting.reduce((first, other) => ((other.until ?? Infinity) < (first.until ?? Infinity) ? other : first));

const describe = (outcomes: Outcome[]): string => {
  const failed = outcomes.filter(({ kind }) => kind === 'failed').length;
  const items = outcomes.length === 1 ? '1 item' : `${outcomes.length} items`;
  return failed === 0 ? `${items}.` : `${items}, of which ${failed} failed.`;
};

const tooMany = (count: number): ExecutionError =>
  new ExecutionError({
    code: 'node_failed',
    message: `The list has ${count} items; a map goes through at most ${MAX_ITEMS}.`,
    hint: 'Give it a part of the list, or several items together as one.',
  });
