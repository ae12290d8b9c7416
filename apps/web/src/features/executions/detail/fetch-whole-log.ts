import type { useTRPCClient } from '../../../trpc/client.tsx';

type Target = { workspace: string; executionId: string };

/** Every line of the log, one JSON object each; the page itself keeps only the newest. */
export const fetchWholeLog = async (client: ReturnType<typeof useTRPCClient>, target: Target): Promise<string> => {
  const lines: string[] = [];
  let since: number | null = 0;
  while (since !== null) {
    const page: { events: object[]; nextSince: number | null } = await client.executions.log.query({
      ...target,
      since,
    });
    for (const event of page.events) lines.push(JSON.stringify(event));
    since = page.nextSince;
  }
  return `${lines.join('\n')}\n`;
};
