import type Docker from 'dockerode';
import type { Logger } from 'pino';
import { ignoreGone } from './docker-errors.ts';
import { LABELS } from './docker-labels.ts';
import type { FindDead } from './sandbox.ts';

/**
 * Removes containers that nobody needs: those of dead executors, and those of this one that it does not know. Only
 * containers of this installation are looked at. Returns how many were removed; rejects when the engine does not answer.
 */
export const reapStrays = async ({
  docker,
  installationId,
  executorId,
  isOwn,
  findDead,
  logger,
}: {
  docker: Docker;
  installationId: string;
  executorId: string;
  /** Whether this executor uses, keeps or boots the container with this id and name. */
  isOwn: (container: { id: string; name: string }) => boolean;
  findDead: FindDead;
  logger: Logger;
}): Promise<number> => {
  const containers = await docker.listContainers({
    all: true,
    filters: { label: [`${LABELS.installation}=${installationId}`] },
  });
  const executorOf = ({ Labels }: Docker.ContainerInfo): string => Labels[LABELS.executor] ?? '';
  const others = new Set(containers.map(executorOf).filter((id) => id !== executorId));
  const dead = others.size === 0 ? new Set<string>() : await findDead([...others]);
  const strays = containers.filter((container) => {
    const owner = executorOf(container);
    if (owner !== executorId) return dead.has(owner);
    // The engine puts a slash before each name.
    return !isOwn({ id: container.Id, name: (container.Names[0] ?? '').slice(1) });
  });
  let removed = 0;
  for (const stray of strays) {
    logger.info({ containerId: stray.Id, executor: executorOf(stray) }, 'removing a stray container');
    await docker
      .getContainer(stray.Id)
      .remove({ force: true, v: true })
      .then(() => {
        removed += 1;
      })
      .catch(ignoreGone);
  }
  return removed;
};
