/**
 * What a program tries that has broken out of Node's permission model, run as plain Node in the sandbox. `code` is the body
 * of an async function that gives what it got; it sees `target` (where the canaries are), Node's modules by name, and
 * `connect`. It must throw, or give what `nothing` says.
 */
export type Probe = { family: string; name: string; code: string; nothing?: RegExp };

const probe = (family: string, name: string, code: string, nothing?: RegExp): Probe => ({
  family,
  name,
  code,
  ...(nothing ? { nothing } : {}),
});

export const PROBES: Probe[] = [
  probe(
    'environment',
    'its own variables',
    'return Object.keys(process.env).filter((name) => !["PATH", "HOME", "HOSTNAME"].includes(name)).join()',
    /^$/,
  ),
  probe(
    'environment',
    'its own, as the kernel has it',
    'return String(fs.readFileSync("/proc/self/environ")).includes(target.secret)',
    /^false$/,
  ),
  probe(
    'environment',
    'that of process 1',
    'return String(fs.readFileSync("/proc/1/environ")).includes(target.secret)',
    /^false$/,
  ),
  probe(
    'environment',
    'that of every process it sees',
    'let found = 0; for (const pid of fs.readdirSync("/proc")) { try { if (String(fs.readFileSync("/proc/" + pid + "/environ")).includes(target.secret)) found += 1; } catch {} } return found',
    /^0$/,
  ),
  probe(
    'environment',
    'that of its executor',
    'return String(fs.readFileSync("/proc/" + target.executorPid + "/environ")).length',
  ),

  probe(
    'proc',
    'the root of process 1',
    'return String(fs.readFileSync("/proc/1/root/etc/passwd")).includes("root:")',
    /^false$/,
  ),
  probe(
    'proc',
    'the canary through the root of process 1',
    'return String(fs.readFileSync("/proc/1/root" + target.file))',
  ),
  probe(
    'proc',
    'memory of process 1',
    'if (process.pid === 1) throw new Error("itself"); return fs.readFileSync("/proc/1/mem").length',
  ),
  probe('proc', 'memory of the kernel', 'return fs.readSync(fs.openSync("/proc/kcore"), Buffer.alloc(16))', /^0$/),
  probe(
    'proc',
    'the name of programs that dump cores',
    'fs.writeFileSync("/proc/sys/kernel/core_pattern", "|/tmp/x"); return "written"',
  ),
  probe('proc', 'the magic key', 'fs.writeFileSync("/proc/sysrq-trigger", "h"); return "written"'),
  probe('proc', 'forwarding of packets', 'fs.writeFileSync("/proc/sys/net/ipv4/ip_forward", "1"); return "written"'),
  probe(
    'proc',
    'user namespaces without limit',
    'fs.writeFileSync("/proc/sys/user/max_user_namespaces", "99999"); return "written"',
  ),
  probe(
    'proc',
    'its place when memory is short',
    'fs.writeFileSync("/proc/self/oom_score_adj", "-1000"); return "written"',
  ),
  probe(
    'proc',
    'a process that is not its own',
    'return fs.readdirSync("/proc").filter((name) => String(Number(name)) === name && String(fs.readFileSync("/proc/" + name + "/cmdline")).includes("vitest")).length',
    /^0$/,
  ),
  probe('proc', 'the map of its user namespace', 'fs.writeFileSync("/proc/self/uid_map", "0 0 1"); return "written"'),
  probe(
    'proc',
    'connections of the machine',
    'return String(fs.readFileSync("/proc/net/tcp")).toLowerCase().includes(":" + target.httpPort.toString(16).padStart(4, "0"))',
    /^false$/,
  ),

  probe('kernel', 'memory of the machine', 'return fs.readSync(fs.openSync("/dev/mem"), Buffer.alloc(16))'),
  probe(
    'kernel',
    'a disk',
    'return ["/dev/vda", "/dev/sda", "/dev/nvme0n1"].map((disk) => { try { fs.openSync(disk); return disk; } catch { return ""; } }).join("")',
    /^$/,
  ),
  probe(
    'kernel',
    'its own control group',
    'const all = ["memory/memory.limit_in_bytes", "memory.max", "pids/pids.max", "pids.max"].filter((file) => { try { fs.writeFileSync("/sys/fs/cgroup/" + file, "max"); return true; } catch { return false; } }); return all.join()',
    /^$/,
  ),
  probe(
    'kernel',
    'an agent of control groups',
    'fs.writeFileSync("/sys/fs/cgroup/memory/release_agent", "/tmp/x"); return "written"',
  ),
  probe('kernel', 'kernel modules', 'fs.writeFileSync("/sys/module/x", "1"); return "written"'),
  probe(
    'kernel',
    'the helper for hot plug',
    'fs.writeFileSync("/sys/kernel/uevent_helper", "/tmp/x"); return "written"',
  ),

  probe('files', 'a file that everybody may read', 'return String(fs.readFileSync(target.file))'),
  probe(
    'files',
    'the same through a link',
    'fs.symlinkSync(target.file, "/tmp/link"); return String(fs.readFileSync("/tmp/link"))',
  ),
  probe('files', 'the same from below', 'return String(fs.readFileSync("../../../../../.." + target.file))'),
  probe('files', 'passwords', 'return fs.readFileSync("/etc/shadow").length'),
  probe('files', 'keys of root', 'return fs.readdirSync("/root").join()'),
  probe('files', 'writing into the root folder', 'fs.writeFileSync("/x", "x"); return "written"'),
  probe('files', 'changing the runtime', 'fs.appendFileSync("/runtime/main.mjs", "x"); return "written"'),
  probe('files', 'changing rights of the runtime', 'fs.chmodSync("/runtime/main.mjs", 0o777); return "changed"'),
  probe('files', 'replacing Node', 'fs.renameSync("/runtime/node", "/runtime/n"); return "renamed"'),
  probe('files', 'shared memory', 'fs.writeFileSync("/dev/shm/x", "x"); return "written"'),
  probe(
    'files',
    'a program with the rights of its owner',
    'fs.copyFileSync("/runtime/main.mjs", "/tmp/p"); fs.chmodSync("/tmp/p", 0o4755); return String(child.spawnSync("/tmp/p").error ?? "ran")',
    /EACCES/,
  ),

  probe('network', 'this machine', 'return connect({ host: "127.0.0.1", port: target.httpPort })'),
  probe('network', 'this machine, IPv6', 'return connect({ host: "::1", port: target.httpPort })'),
  probe(
    'network',
    'this machine by its addresses',
    'return (await Promise.all(target.addresses.map((host) => connect({ host, port: target.httpPort }).catch(() => "")))).join("")',
    /^$/,
  ),
  probe('network', 'the bridge of the engine', 'return connect({ host: "172.17.0.1", port: target.httpPort })'),
  probe('network', 'the metadata of the cloud', 'return connect({ host: "169.254.169.254", port: 80 })'),
  probe('network', 'the metadata of the cloud, IPv6', 'return connect({ host: "fd00:ec2::254", port: 80 })'),
  probe('network', 'the Internet', 'return connect({ host: "8.8.8.8", port: 53 })'),
  probe(
    'network',
    'an interface beside loopback',
    'return Object.values(os.networkInterfaces()).flat().filter((one) => !one.internal).length',
    /^0$/,
  ),
  probe(
    'network',
    'UDP',
    'const socket = dgram.createSocket("udp4"); return new Promise((resolve, reject) => socket.send("x", target.dnsPort, target.addresses.find((one) => one.includes(".") && one !== "127.0.0.1") ?? "8.8.8.8", (error) => error ? reject(error) : resolve("sent")))',
  ),
  probe(
    'network',
    'UDP to everybody',
    'const socket = dgram.createSocket("udp4"); await new Promise((resolve) => socket.bind(0, resolve)); socket.setBroadcast(true); return new Promise((resolve, reject) => socket.send("x", target.dnsPort, "255.255.255.255", (error) => error ? reject(error) : resolve("sent")))',
  ),
  probe('network', 'fetch', 'return (await fetch("http://127.0.0.1:" + target.httpPort)).status'),
  probe('names', 'the machine’s name servers', 'return (await dns.promises.lookup("example.com")).address'),
  probe(
    'names',
    'a name server of its choice',
    'const resolver = new dns.promises.Resolver({ timeout: 300, tries: 1 }); resolver.setServers(["127.0.0.1:" + target.dnsPort]); return (await resolver.resolve4("canary.test")).join()',
  ),
  probe('names', 'data in a name', 'return (await dns.promises.resolveTxt("stolen.example.com")).join()'),
  probe('sockets', 'the engine’s', 'return connect({ path: "/var/run/docker.sock" })'),
  probe('sockets', 'the engine’s, elsewhere', 'return connect({ path: "/run/docker.sock" })'),
  probe('sockets', 'one that everybody may use', 'return connect({ path: target.socketFile })'),
  probe('sockets', 'one without a file', 'return connect({ path: target.abstractSocket })'),

  probe('programs', 'a shell', 'return String(child.spawnSync("/bin/sh", ["-c", "id"]).error ?? "ran")', /ENOENT/),
  probe(
    'programs',
    'mounting',
    'return String(child.spawnSync("mount", ["-t", "tmpfs", "x", "/tmp"]).error ?? "ran")',
    /ENOENT/,
  ),
  probe(
    'programs',
    'new namespaces',
    'return String(child.spawnSync("unshare", ["-r", "true"]).error ?? "ran")',
    /ENOENT/,
  ),
  probe(
    'programs',
    'another user',
    'return String(child.spawnSync(process.execPath, ["-e", "0"], { uid: 0 }).error ?? "ran")',
    /EPERM|EINVAL/,
  ),
  probe('rights', 'root', 'process.setuid(0); return process.getuid()'),
  probe('rights', 'the group root', 'process.setgid(0); return process.getgid()'),
  probe('rights', 'further groups', 'process.setgroups([0]); return "set"'),
  probe(
    'rights',
    'capabilities',
    'const status = String(fs.readFileSync("/proc/self/status")); return ["CapEff", "CapPrm", "CapAmb"].map((name) => new RegExp(name + "[^0-9a-f]*([0-9a-f]+)").exec(status)[1]).join("").replace(/0/g, "")',
    /^$/,
  ),
  probe(
    'rights',
    'gaining some later',
    'return /NoNewPrivs[^0-9]*([0-9])/.exec(String(fs.readFileSync("/proc/self/status")))[1]',
    /^1$/,
  ),
  probe('rights', 'coming before others', 'os.setPriority(-20); return "first"'),
  probe('others', 'a signal to the executor', 'process.kill(target.executorPid, "SIGTERM"); return "sent"'),
  probe('others', 'the debugger of the executor', 'process._debugProcess(target.executorPid); return "opened"'),
  probe(
    'exhaustion',
    'open files',
    'const open = []; try { for (let i = 0; i < 2000; i += 1) open.push(fs.openSync(process.execPath)); } finally { for (const one of open) fs.closeSync(one); } return open.length',
  ),
  probe('exhaustion', 'the disk', 'fs.writeFileSync("/tmp/big", Buffer.alloc(64 * 1024 * 1024)); return "written"'),
  probe(
    'exhaustion',
    'a file with a hole',
    'fs.closeSync(fs.openSync("/tmp/hole", "w")); fs.truncateSync("/tmp/hole", 2 ** 40); fs.writeFileSync("/tmp/other", Buffer.alloc(32 * 1024 * 1024)); return "written"',
  ),
  probe(
    'exhaustion',
    'inodes',
    'for (let i = 0; i < 50_000; i += 1) fs.closeSync(fs.openSync("/tmp/i" + i, "w")); return "made"',
  ),
];

/** Comes first in the program: what the attempts see. */
export const PROBE_RUNNER = `
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import dns from 'node:dns';
import dgram from 'node:dgram';
import child from 'node:child_process';
const connect = (where) => new Promise((resolve, reject) => {
  const socket = net.connect(where);
  const timer = setTimeout(() => { socket.destroy(); reject(new Error('ETIMEDOUT')); }, 1000);
  socket.once('connect', () => { clearTimeout(timer); socket.destroy(); resolve('connected'); });
  socket.once('error', (error) => { clearTimeout(timer); reject(error); });
});
const AsyncFunction = (async () => {}).constructor;
const runProbes = async (probes, target) => {
  const results = [];
  for (const code of probes) {
    const work = new AsyncFunction('target', 'connect', 'fs', 'os', 'dns', 'dgram', 'child', code);
    try {
      const got = await Promise.race([
        work(target, connect, fs, os, dns, dgram, child),
        new Promise((_, reject) => setTimeout(() => reject(new Error('ETIMEDOUT')), 5000)),
      ]);
      results.push({ got: String(got).slice(0, 300) });
    } catch (error) {
      results.push({ refused: String(error && (error.code ?? error.message)).slice(0, 300) });
    }
  }
  return results;
};
`;

/** Programs that go on until somebody stops them; each has a sandbox of its own. */
export type Bomb = { name: string; code: string; ends: RegExp };

export const BOMBS: Bomb[] = [
  {
    name: 'forks',
    code: 'for (;;) { try { const one = child.spawn(process.execPath, ["-e", "for (;;);"], { stdio: "pipe" }); one.on("error", () => {}); } catch {} }',
    ends: /^sandbox_(unresponsive|crashed|out_of_memory)$/,
  },
  {
    name: 'threads',
    code: 'const { Worker } = await import("node:worker_threads"); for (;;) { try { new Worker("for (;;);", { eval: true }).on("error", () => {}); } catch {} await null; }',
    ends: /^sandbox_(unresponsive|crashed|out_of_memory)$/,
  },
  {
    name: 'memory in buffers',
    code: 'const all = []; setInterval(() => all.push(Buffer.alloc(3e7, 1)), 1);',
    ends: /^sandbox_out_of_memory$/,
  },
  {
    name: 'memory on the heap',
    code: 'const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()));',
    ends: /^sandbox_out_of_memory$/,
  },
  {
    name: 'memory in typed arrays',
    code: 'const all = []; setInterval(() => all.push(new Float64Array(4e6).fill(1)), 1);',
    ends: /^sandbox_out_of_memory$/,
  },
  {
    name: 'memory in strings',
    code: 'let text = "x".repeat(1e6); const all = []; setInterval(() => all.push(Buffer.from(text + all.length)), 1);',
    ends: /^sandbox_out_of_memory$/,
  },
  { name: 'the processor', code: 'for (;;);', ends: /^sandbox_unresponsive$/ },
  {
    name: 'waiting for ever',
    code: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
    ends: /^sandbox_unresponsive$/,
  },
  { name: 'a regular expression', code: '/^(a+)+$/.test("a".repeat(50) + "b");', ends: /^sandbox_unresponsive$/ },
  {
    name: 'standard error without end',
    code: 'const flood = () => process.stderr.write("x".repeat(65536), flood); flood(); setTimeout(() => process.exit(9), 1500);',
    ends: /^sandbox_crashed$/,
  },
  { name: 'its own end', code: 'process.kill(process.pid, "SIGKILL"); process.abort();', ends: /^sandbox_crashed$/ },
];

/** What a hostile program sends instead of what an engine would; it sees `send`, `event`, `raw` and `begin`. */
export type Frames = { name: string; code: string; ends: RegExp };

const VIOLATION = /^protocol_violation$/;
const frames = (name: string, code: string, ends = VIOLATION): Frames => ({ name, code, ends });
const call = (more: string) =>
  `send({ type: 'call', id: 1, method: 'files.list', nodeId: 'start', iteration: '', attempt: 1, index: 0, params: {}, ${more} });`;

export const FRAMES: Frames[] = [
  frames('no JSON', 'raw("hello\\n");'),
  frames('a frame that does not exist', 'send({ type: "shutdown" });'),
  frames('a second ready', 'send({ type: "ready", protocol: 3 });'),
  frames('idle before the end', 'begin(); send({ type: "idle" });'),
  frames('a list', 'raw("[1,2]\\n");'),
  frames('null', 'raw("null\\n");'),
  frames('a frame without a type', 'raw("{}\\n");'),
  frames('NUL bytes', 'raw("\\0\\0\\0\\n");'),
  frames('invalid UTF-8', 'raw(Buffer.from([0xff, 0xfe, 0xc0, 0x0a]));'),
  frames(
    'a line of 9 MB',
    'raw(JSON.stringify({ type: "event", event: { type: "execution_started", at: 1, resumedSteps: 0, x: "x".repeat(9e6) } }) + "\\n");',
  ),
  frames('a line without end', 'const flood = () => process.stdout.write("x".repeat(65536), flood); flood();'),
  frames('lists 3 million deep', 'raw("[".repeat(3e6) + "\\n");'),
  frames('a type from the prototype', 'raw(\'{"__proto__":{"type":"idle"}}\\n\');'),
  frames('a name of a method from the prototype', call('method: "__proto__"')),
  frames('a method named constructor', call('method: "constructor"')),
  frames('a method that does not exist', call('method: "files.remove"')),
  frames('events before the start', 'event({ type: "step_started", nodeId: "start", attempt: 1, input: 1 });'),
  frames('a second start', 'begin(); event({ type: "execution_started", resumedSteps: 0 });'),
  frames(
    'a step of a node that is not there',
    'event({ type: "execution_started", resumedSteps: 0 }); event({ type: "step_started", nodeId: "foreign", attempt: 1, input: 1 });',
  ),
  frames(
    'a step named __proto__',
    'event({ type: "execution_started", resumedSteps: 0 }); event({ type: "step_started", nodeId: "__proto__", attempt: 1, input: 1 });',
  ),
  frames(
    'a step named constructor',
    'event({ type: "execution_started", resumedSteps: 0 }); event({ type: "step_started", nodeId: "constructor", attempt: 1, input: 1 });',
  ),
  frames(
    'an end of a step that never ran',
    'event({ type: "execution_started", resumedSteps: 0 }); event({ type: "step_completed", nodeId: "end", attempt: 1, output: 1, ports: [] });',
  ),
  frames(
    'a step twice',
    'begin(); event({ type: "step_completed", nodeId: "start", attempt: 1, output: 1, ports: ["out"] }); event({ type: "step_started", nodeId: "start", attempt: 2, input: 1 });',
  ),
  frames('an end with running steps', 'begin(); event({ type: "execution_completed", results: 1 });'),
  frames('a cancel that nobody asked for', 'begin(); event({ type: "execution_cancelled" });'),
  frames(
    'waiting for nothing',
    'begin(); event({ type: "step_waiting", nodeId: "start", attempt: 1, kind: "human" });',
  ),
  frames('a call before anything runs', call('')),
  frames('a call of a foreign step', `begin(); ${call('nodeId: "end"')}`),
  frames('a call of a step in a container that is not there', `begin(); ${call('iteration: "each[0]"')}`),
  frames('two calls with one id', `begin(); ${call('')} ${call('index: 1')}`),
  frames('two calls with one number', `begin(); ${call('')} ${call('id: 2')}`),
  frames(
    'numbers that are none',
    'raw(\'{"type":"call","id":1e999,"method":"files.list","nodeId":"start","iteration":"","attempt":1,"index":0,"params":{}}\\n\');',
  ),
  frames('numbers that are too large', call('attempt: 2 ** 40')),
  frames(
    'a time that is none',
    'raw(\'{"type":"event","event":{"type":"execution_started","at":1e999,"resumedSteps":0}}\\n\');',
  ),
  frames(
    'an attempt that no database holds',
    'event({ type: "execution_started", resumedSteps: 0 }); event({ type: "step_started", nodeId: "start", attempt: 2 ** 40, input: 1 });',
  ),
  frames('a time before all times', 'event({ type: "execution_started", resumedSteps: 0, at: -1e300 });'),
  frames(
    'an error without a code',
    'begin(); event({ type: "step_failed", nodeId: "start", attempt: 1, continued: false, error: { message: "x" } });',
  ),
  frames(
    'an error with a code of its own',
    'begin(); event({ type: "execution_failed", error: { code: "budget_free", message: "x" } });',
  ),
  frames(
    'costs below zero',
    'begin(); event({ type: "step_completed", nodeId: "start", attempt: 1, output: 1, ports: ["out"], usage: { inputTokens: -1, outputTokens: -1 } });',
  ),
  frames(
    'processor time below zero',
    'begin(); event({ type: "step_completed", nodeId: "start", attempt: 1, output: 1, ports: ["out"], cpuMs: -5 });',
  ),
  frames(
    'a flood of calls',
    'begin(); for (let id = 1; id < 1000; id += 1) send({ type: "call", id, method: "files.list", nodeId: "start", iteration: "", attempt: 1, index: id, params: {} });',
  ),
  frames(
    'a flood of words that say nothing',
    'const flood = () => process.stdout.write(\'{"type":"user_code"}\\n\'.repeat(3000), flood); flood();',
    /^(sandbox_unresponsive|protocol_violation|output_too_large)$/,
  ),
];
