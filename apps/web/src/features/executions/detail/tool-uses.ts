import { z } from 'zod';
import type { EventView } from '../execution-view.ts';

/** One use of a tool by an agent, from its two log lines. */
export type ToolUse = {
  /** `seq` of its first line. */
  seq: number;
  tool: string;
  /** Absent when it was too large to be sent along. */
  input?: unknown;
  result:
    | { kind: 'running' }
    | { kind: 'output'; value: unknown }
    | { kind: 'error'; message: string }
    | { kind: 'large' };
  durationMs: number | null;
};

const startedSchema = z.object({ callId: z.string(), tool: z.string(), input: z.unknown() });
const completedSchema = z.object({
  callId: z.string(),
  output: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
  durationMs: z.number(),
});

/** In the order in which they began. Lines whose data were too large to be sent are told by their order alone. */
export const toToolUses = (events: readonly EventView[]): ToolUse[] => {
  const uses: (ToolUse & { callId: string | null })[] = [];
  for (const event of events) {
    if (event.type === 'tool_started') {
      const data = startedSchema.safeParse(event.data).data;
      const tool = data?.tool ?? /tool ([\w-]+)/.exec(event.message)?.[1] ?? '';
      const given = data ? { input: data.input } : {};
      uses.push({
        seq: event.seq,
        callId: data?.callId ?? null,
        tool,
        ...given,
        result: { kind: 'running' },
        durationMs: null,
      });
    }
    if (event.type !== 'tool_completed') continue;
    const data = completedSchema.safeParse(event.data).data;
    const running = uses.filter(({ result }) => result.kind === 'running');
    const use = running.find(({ callId }) => callId !== null && callId === data?.callId) ?? running[0];
    if (!use) continue;
    use.durationMs = data?.durationMs ?? null;
    use.result = resultOf(data);
  }
  return uses.map(({ callId: _callId, ...use }) => use);
};

const resultOf = (data: z.infer<typeof completedSchema> | undefined): ToolUse['result'] => {
  if (!data) return { kind: 'large' };
  return data.error ? { kind: 'error', message: data.error.message } : { kind: 'output', value: data.output };
};
