import { pino } from 'pino';
import { PROTOCOL_VERSION } from '../../../apps/executor/src/channel/protocol.ts';
import { createDockerBackend } from '../../../apps/executor/src/sandbox/docker-sandbox.ts';
import { createPool } from '../../../apps/executor/src/sandbox/pool/pool.ts';
import { createProcessBackend } from '../../../apps/executor/src/sandbox/process-sandbox.ts';
import { ensureRuntimeImage } from '../../../apps/executor/src/sandbox/runtime-image.ts';
import type { SandboxBackend, SandboxProvider } from '../../../apps/executor/src/sandbox/sandbox.ts';
import { docker, runtimeBundle } from '../support/sandboxes.ts';
import { PROBE_RUNNER } from './program-attempts.ts';

const logger = pino({ level: 'silent' });

/**
 * In place of the engine, and without the permission model of Node: takes its program from the input of the execution
 * that it is given, so that all of them come from one pool.
 */
const RUNNER = `
${PROBE_RUNNER}
const raw = (bytes) => process.stdout.write(bytes);
const send = (frame) => raw(JSON.stringify(frame) + '\\n');
const event = (body) => send({ type: 'event', event: { at: Date.now(), ...body } });
const begin = () => {
  event({ type: 'execution_started', resumedSteps: 0 });
  event({ type: 'step_started', nodeId: 'start', attempt: 1, input: null });
};
const finish = (output) => {
  begin();
  event({ type: 'step_completed', nodeId: 'start', attempt: 1, output, ports: ['out'] });
  event({ type: 'step_started', nodeId: 'end', attempt: 1, input: null });
  event({ type: 'step_completed', nodeId: 'end', attempt: 1, output, ports: [] });
  event({ type: 'execution_completed', results: output });
};
let text = '';
process.stdin.on('data', (chunk) => {
  if (text === undefined) return;
  text += chunk;
  for (const line of text.split('\\n').slice(0, -1)) {
    const frame = JSON.parse(line);
    if (frame.type !== 'start') continue;
    text = undefined;
    const names = ['raw', 'send', 'event', 'begin', 'finish', 'runProbes', 'child', 'fs', 'input'];
    const work = new AsyncFunction(...names, frame.input.code);
    work(raw, send, event, begin, finish, runProbes, child, fs, frame.input).catch((error) => {
      process.stderr.write(String(error));
      process.exit(3);
    });
    break;
  }
});
send({ type: 'ready', protocol: ${PROTOCOL_VERSION} });
setInterval(() => {}, 1000);
`;

const command = ({ node }: { node: string }): string[] => [node, '--input-type=module', '-e', RUNNER];

const openBackend = async (kind: 'docker' | 'process', isHostile: boolean): Promise<SandboxBackend> => {
  const bundleFile = await runtimeBundle();
  if (kind === 'process') return createProcessBackend({ bundleFile, ...(isHostile ? { command } : {}) });
  if (!docker) throw new Error('There is no Docker engine.');
  const engine = docker;
  return createDockerBackend({
    docker: engine,
    installationId: `abuse-${process.pid}`,
    executorId: 'abuse',
    engineName: 'Docker',
    logger,
    ensureImage: () => ensureRuntimeImage({ docker: engine, bundleFile }),
    ...(isHostile ? { command } : {}),
  });
};

/** A pool of sandboxes with the engine in them, or with programs that do as they like. */
export const openPool = async (
  kind: 'docker' | 'process',
  { isHostile = false }: { isHostile?: boolean } = {},
): Promise<SandboxProvider> =>
  createPool({
    backend: await openBackend(kind, isHostile),
    isolation: 'workspace',
    concurrency: 4,
    defaultMemoryMb: 256,
    logger,
    limits: { base: 0 },
  });
