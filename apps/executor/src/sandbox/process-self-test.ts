import { spawn } from 'node:child_process';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { PROCESS_LIMITS } from './process-limits.ts';
import { type ProcessPlan, wrapCommand } from './process-namespaces.ts';
import { type Attempt, attemptSchema, PROBE_SOURCE, type ProbeTask, THREATS, type Threat } from './process-probe.ts';
import { librariesOf, prepareProcessRoot } from './process-root.ts';
import { NO_ENVIRONMENT } from './sandbox.ts';
import { type StartOptions, startProcess } from './start-process.ts';

/**
 * Who keeps a threat away. `kernel`: also from a program that has broken out of Node. `node`: its permission model, so
 * only as long as nobody has. `executor`: it looks, and stops the sandbox.
 */
export type Keeper = 'kernel' | 'node' | 'executor';

export type Protection = {
  what: Threat;
  holds: boolean;
  by?: Keeper;
  /** What the system answered to the attempt. */
  why: string;
};

const TIMEOUT_MS = 10_000;
/** What the attempts find under `/proc` is all that they can tell; other systems do not have it. */
const TOLD_BY_PROC: readonly Threat[] = ['environment', 'processes', 'privileges', 'system-calls'];

/**
 * Runs the probe as sandboxes are run, once with and once without the permission model of Node, and says of each threat
 * whether it was kept away and by what. Rejects when the probe does not run.
 */
export const testIsolation = async (start: StartOptions): Promise<Protection[]> => {
  const { plan } = start;
  const targets = await openTargets();
  const program = plan.root ? await prepareProcessRoot({ bundleFile: targets.program }) : undefined;
  const probed: ProcessPlan = program ? { ...plan, root: program } : plan;
  const bundle = program?.bundle ?? targets.program;
  try {
    const [withoutModel, memory] = await Promise.all([runProbe(probed, targets, []), testMemory(start)]);
    if (targets.touched()) markReached(withoutModel, 'network');
    const withModel = await runProbe(probed, targets, ['--permission', '--allow-worker', `--allow-fs-read=${bundle}`]);
    return THREATS.map((what) => (what === 'memory' ? memory : judge(what, withoutModel, withModel)));
  } finally {
    await program?.remove();
    await targets.close();
  }
};

const BOMB_MEMORY_MB = 96;
const BOMB = 'const all = []; setInterval(() => all.push(Buffer.alloc(5e6, 1)), 1);';

/** A memory bomb, which must be stopped and be known for one. */
const testMemory = async ({ plan, groups, bundleFile }: StartOptions): Promise<Protection> => {
  const command: StartOptions['command'] = ({ node }) => [node, '--input-type=module', '-e', BOMB];
  const sandbox = await startProcess({ plan, groups, bundleFile, command }, BOMB_MEMORY_MB);
  const timer = setTimeout(() => void sandbox.kill(), TIMEOUT_MS);
  sandbox.stdout.resume();
  const { code, outOfMemory } = await sandbox.exited;
  clearTimeout(timer);
  const why = outOfMemory ? 'a bomb was stopped' : `a bomb was not stopped for it (${code})`;
  return {
    what: 'memory',
    holds: outOfMemory,
    ...(outOfMemory ? { by: groups ? 'kernel' : 'executor' } : {}),
    why,
  };
};

const markReached = (attempts: Attempt[], what: Threat): void => {
  for (const attempt of attempts) if (attempt.what === what) attempt.reached = true;
};

const judge = (what: Threat, withoutModel: readonly Attempt[], withModel: readonly Attempt[]): Protection => {
  const find = (attempts: readonly Attempt[]) => {
    const tried = attempts.filter((attempt) => attempt.what === what);
    return tried.find(({ reached }) => reached) ?? tried[0];
  };
  const raw = find(withoutModel);
  if (process.platform !== 'linux' && TOLD_BY_PROC.includes(what)) {
    return { what, holds: false, why: 'it cannot be told on this system' };
  }
  if (raw && !raw.reached) return { what, holds: true, by: 'kernel', why: raw.why };
  const restricted = find(withModel);
  // Asked of the kernel, which the model does not let near its files: what was found without it holds with it, too.
  const told = what === 'privileges' || what === 'system-calls' || what === 'numbers';
  if (restricted && !restricted.reached && !told) return { what, holds: true, by: 'node', why: restricted.why };
  return { what, holds: false, why: raw?.why ?? restricted?.why ?? 'it could not be tried' };
};

type Targets = { program: string; task: ProbeTask; touched: () => boolean; close: () => Promise<void> };

/** What the probe must not reach: all of it is made for it, so that it disturbs nobody. */
const openTargets = async (): Promise<Targets> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-probe-'));
  await chmod(folder, 0o755);
  const program = path.join(folder, 'probe.mjs');
  const file = path.join(folder, 'readable.txt');
  await writeFile(program, PROBE_SOURCE);
  await writeFile(file, 'text', { mode: 0o644 });
  await Promise.all([program, file].map((one) => chmod(one, 0o644)));

  let touched = false;
  const noticing = (): Server =>
    createServer((socket) => {
      touched = true;
      socket.destroy();
    });
  const tcp = noticing();
  const socketFile = path.join(folder, 'socket');
  const local = createServer((socket) => socket.destroy());
  const dns: DatagramSocket = createSocket('udp4', () => {
    touched = true;
  });
  tcp.listen(0, '127.0.0.1');
  local.listen(socketFile);
  dns.bind(0, '127.0.0.1');
  await Promise.all([once(tcp, 'listening'), once(local, 'listening'), once(dns, 'listening')]);
  await chmod(socketFile, 0o777);

  // What the kernel shows of a program's environment is what it was started with: a part of that is the secret here.
  const secret = Object.values(process.env).find((value) => value !== undefined && value.length > 6) ?? folder;
  const libraries = process.platform === 'linux' ? await librariesOf(process.execPath).catch(() => []) : [];
  return {
    program,
    task: {
      file,
      secret,
      executorPid: process.pid,
      tcpPort: (tcp.address() as AddressInfo).port,
      dnsPort: dns.address().port,
      socketFile,
      library: libraries.find((name) => name.includes('libm.')) ?? libraries[0] ?? '/usr/lib/libSystem.B.dylib',
      maxOpenFiles: PROCESS_LIMITS.openFiles + 1,
    },
    touched: () => touched,
    close: async () => {
      tcp.close();
      local.close();
      dns.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const runProbe = async (plan: ProcessPlan, targets: Targets, nodeOptions: readonly string[]): Promise<Attempt[]> => {
  const { command, args, options } = wrapCommand(plan, [
    plan.root?.node ?? process.execPath,
    ...nodeOptions,
    '--no-warnings',
    plan.root?.bundle ?? targets.program,
  ]);
  const child = spawn(command, args, { ...options, env: NO_ENVIRONMENT, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  let output = '';
  let problem = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    problem = `${problem}${chunk}`.slice(-500);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(targets.task));
  try {
    await once(child, 'close');
  } finally {
    clearTimeout(timer);
  }
  try {
    return z.array(attemptSchema).parse(JSON.parse(output));
  } catch (cause) {
    throw new Error(`The self-test did not run: ${problem || 'it said nothing'}`, { cause });
  }
};
