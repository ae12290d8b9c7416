// Plain JavaScript without dependencies: it runs on the system's Node (20 or newer) before anything is installed.
// It installs what the lockfile names, then hands over to the project's own Node, which runs TypeScript as it is.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
const STILL_AT_IT_MS = 10_000;

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const projectNode = path.join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Runs a TypeScript file of `scripts/` on the project's Node with this process's arguments, and ends as it ends. */
export async function runOnProjectNode(entry) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    stop(`AgentWeaver needs Node ${OLDEST_NODE} or newer to start; this is Node ${process.versions.node}.`);
  }
  if (!isInstalled()) await install();
  if (!existsSync(projectNode)) {
    stop(
      `The package "node" is there without its program (${path.relative(root, projectNode)}): its install script did not run.\n` +
        'Run: npm rebuild node --foreground-scripts',
    );
  }
  process.exitCode = await handOver(entry);
}

/** Compares the lockfile with what npm noted down of its last install, so that a hand-made `npm install` counts too. */
function isInstalled() {
  const wanted = readPackages('package-lock.json');
  const present = readPackages('node_modules/.package-lock.json');
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([place, { version, optional, link }]) =>
      !place.includes('node_modules/') || optional || link || present[place]?.version === version,
  );
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function install() {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  console.log('  • Installing dependencies (npm ci; about a minute)');
  const ticker = setInterval(() => console.log(`    still installing … ${seconds()} s`), STILL_AT_IT_MS);
  const npmScript = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : undefined;
  const args = ['ci', '--no-audit', '--no-fund', '--no-progress'];
  const npm = npmScript
    ? spawn(process.execPath, [npmScript, ...args], installOptions())
    : spawn('npm', args, { ...installOptions(), shell: process.platform === 'win32' });
  let output = '';
  npm.stdout.on('data', (chunk) => (output += chunk));
  npm.stderr.on('data', (chunk) => (output += chunk));
  const result = await new Promise((resolve) => {
    npm.on('error', (error) => resolve(error));
    npm.on('close', (code) => resolve(code));
  });
  clearInterval(ticker);
  if (result === 0) return console.log(`  ✓ Dependencies installed  ${seconds()} s`);
  if (result?.code === 'ENOENT') stop('npm was not found. It comes with Node: https://nodejs.org/en/download');
  console.error(output.trimEnd().split('\n').slice(-30).join('\n'));
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/.test(output)) {
    stop(
      'The npm registry could not be reached. The first start needs it: check the network or proxy, then start again.',
    );
  }
  stop('npm ci failed; what it said is above.');
}

/** Prisma's own install script would fetch an engine that the project does not use; naming one keeps it off the network. */
function installOptions() {
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_SKIP_POSTINSTALL_GENERATE: '1' };
  // `npm ci` leaves development packages out under NODE_ENV=production, and the project's Node is one of them.
  delete env.NODE_ENV;
  return { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] };
}

/** The channel tells the child that this process is gone, however it went. */
async function handOver(entry) {
  const env = {
    ...process.env,
    PATH: [path.dirname(projectNode), path.join(root, 'node_modules/.bin'), process.env.PATH].join(path.delimiter),
  };
  const child = spawn(projectNode, [path.join(root, entry), ...process.argv.slice(2)], {
    cwd: root,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // A terminal sends Ctrl-C to both, a service manager only to this one: passed on, the child hears it at least once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => stop(`${projectNode} could not be started: ${error.message}`));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function stop(message) {
  console.error(`\n${message}`);
  process.exit(1);
}
