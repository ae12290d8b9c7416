import { z } from 'zod';

/** What a sandbox process must not be able to do. */
export const THREATS = [
  'files',
  'writing',
  'environment',
  'processes',
  'network',
  'sockets',
  'programs',
  'add-ons',
  'privileges',
  'numbers',
  'system-calls',
  'memory',
] as const;
export type Threat = (typeof THREATS)[number];

/** `reached`: the attempt worked; `why` is what the system said, for people who look after it. */
export const attemptSchema = z.object({ what: z.enum(THREATS), reached: z.boolean(), why: z.string().max(500) });
export type Attempt = z.infer<typeof attemptSchema>;

/** What the probe is told, as one line of JSON on its standard input. */
export type ProbeTask = {
  /** A file that everybody of this machine may read. */
  file: string;
  /** Text that stands in the executor's environment and nowhere else. */
  secret: string;
  executorPid: number;
  /** Where the self-test listens: TCP on 127.0.0.1, a stand-in for a name server, a socket in the file system. */
  tcpPort: number;
  dnsPort: number;
  socketFile: string;
  /** A library of this machine, which stands in for an add-on. */
  library: string;
  maxOpenFiles: number;
};

/**
 * Runs in place of the runtime, in the very wrapper that sandboxes get, and tries what they must not be able to do. It
 * writes one line of JSON with its attempts. Plain Node, nothing imported from here: it is a file of its own.
 */
export const PROBE_SOURCE = `
import fs from 'node:fs';
import net from 'node:net';
import dns from 'node:dns';
import { createRequire } from 'node:module';
import { spawnSync } from 'node:child_process';
const task = JSON.parse(fs.readFileSync(0, 'utf8'));
const why = (error) => String(error && (error.code ?? error.message) || error).slice(0, 200);
const attempts = [];
const attempt = async (what, work) => {
  try {
    const got = await work();
    attempts.push({ what, reached: true, why: String(got).slice(0, 200) });
  } catch (error) {
    attempts.push({ what, reached: false, why: why(error) });
  }
};
const connect = (target) => new Promise((resolve, reject) => {
  const socket = net.connect(target);
  const timer = setTimeout(() => { socket.destroy(); reject(new Error('ETIMEDOUT')); }, 1000);
  socket.once('connect', () => { clearTimeout(timer); socket.destroy(); resolve('connected'); });
  socket.once('error', (error) => { clearTimeout(timer); reject(error); });
});
const firstThat = (works) => {
  let last = new Error('nothing to try');
  for (const work of works) {
    try { return work(); } catch (error) { last = error; }
  }
  throw last;
};
await attempt('files', () => fs.readFileSync(task.file, 'utf8').slice(0, 4));
await attempt('writing', () => firstThat(['/', '/tmp/', '/dev/shm/', process.cwd() + '/'].map((folder) => () => {
  const file = folder + 'agentweaver-probe-' + task.tcpPort;
  try { fs.writeFileSync(file, 'x'); } finally { try { fs.unlinkSync(file); } catch {} }
  return file;
})));
await attempt('environment', () => firstThat([task.executorPid, process.ppid, 1].map((pid) => () => {
  if (JSON.stringify(process.env).includes(task.secret)) return 'own environment';
  if (fs.readFileSync('/proc/' + pid + '/environ', 'utf8').includes(task.secret)) return 'of process ' + pid;
  throw new Error('it is empty');
})));
await attempt('processes', () => {
  const others = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && Number(name) !== process.pid);
  if (others.length === 0) throw new Error('there are no others');
  return others.length + ' others';
});
await attempt('network', () => connect({ host: '127.0.0.1', port: task.tcpPort }));
await attempt('network', async () => {
  const resolver = new dns.promises.Resolver({ timeout: 500, tries: 1 });
  resolver.setServers(['127.0.0.1:' + task.dnsPort]);
  return (await resolver.resolve4('probe.agentweaver.test')).join();
});
await attempt('sockets', () => connect({ path: task.socketFile }));
await attempt('programs', () => {
  const { error, status } = spawnSync('/bin/sh', ['-c', 'exit 7']);
  if (error) throw error;
  return 'ended with ' + status;
});
await attempt('add-ons', () => {
  try { process.dlopen({ exports: {} }, task.library); } catch (error) {
    // It was loaded and only then found not to be one.
    if (!/did not self-register|ERR_DLOPEN_FAILED.*self-register/.test(String(error))) throw error;
  }
  return 'loaded';
});
const ownStatus = () => {
  try { return fs.readFileSync('/proc/self/status', 'utf8'); } catch { return ''; }
};
const ownField = (name) => new RegExp('^' + name + ':[^0-9a-f]*([0-9a-f]+)', 'm').exec(ownStatus())?.[1] ?? '';
await attempt('privileges', () => {
  const found = [];
  if (/[1-9a-f]/.test(ownField('CapEff') + ownField('CapPrm'))) found.push('capabilities ' + ownField('CapEff'));
  if (ownField('NoNewPrivs') === '0') found.push('may gain more');
  if (process.getuid() === 0) found.push('is root');
  else try { process.setuid(0); found.push('became root'); } catch {}
  if (found.length === 0) throw new Error('none, and none can be gained');
  return found.join(', ');
});
await attempt('numbers', () => {
  const open = [];
  try {
    for (let i = 0; i <= task.maxOpenFiles; i += 1) open.push(fs.openSync(process.argv[1], 'r'));
  } finally { for (const one of open) fs.closeSync(one); }
  return open.length + ' open files';
});
await attempt('system-calls', () => {
  if (ownField('Seccomp') === '2') throw new Error('filtered');
  return 'not filtered';
});
process.stdout.write(JSON.stringify(attempts) + '\\n');
`;
