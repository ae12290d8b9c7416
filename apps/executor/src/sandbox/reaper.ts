import type Docker from 'dockerode';
import type { Logger } from 'pino';
import { REAP_GRACE_MS } from '../tunables.ts';
import { ignoreGone } from './docker-errors.ts';
import { LABELS } from './docker-labels.ts';

/** The claim that an execution runs under now; `undefined` when it does not run, or is unknown here. */
export type CurrentAttempts = (
  executionIds: string[],
) => Promise<Map<string, { attemptId: string | null; running: boolean }>>;

/**
 * Removes containers that no execution needs: those of an executor that was killed. Only containers of this
 * installation are looked at, and of those only the ones whose claim is over, whoever started them.
 * Returns how many were removed.
 */
export const reapStrays = async ({
  docker,
  installationId,
  currentAttempts,
  logger,
  now = Date.now,
}: {
  docker: Docker;
  installationId: string;
  currentAttempts: CurrentAttempts;
  logger: Logger;
  now?: () => number;
}): Promise<number> => {
  const containers = await docker.listContainers({
    all: true,
    filters: { label: [`${LABELS.installation}=${installationId}`] },
  });
  const ids = containers.flatMap((container) => container.Labels[LABELS.execution] ?? []);
  if (ids.length === 0) return 0;
  const current = await currentAttempts([...new Set(ids)]);

  const strays = containers.filter((container) => {
    const execution = current.get(container.Labels[LABELS.execution] ?? '');
    if (execution === undefined) return now() - container.Created * 1000 > REAP_GRACE_MS;
    return !execution.running || execution.attemptId !== container.Labels[LABELS.attempt];
  });
  for (const stray of strays) {
    logger.info({ containerId: stray.Id, executionId: stray.Labels[LABELS.execution] }, 'removing a stray container');
    await docker.getContainer(stray.Id).remove({ force: true, v: true }).catch(ignoreGone);
  }
  return strays.length;
};
