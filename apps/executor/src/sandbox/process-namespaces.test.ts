import { expect, test } from 'vitest';
import { plansFor, SEPARATIONS, type Tools, wrapCommand } from './process-namespaces.ts';
import type { ProcessRoot } from './process-root.ts';

const root: ProcessRoot = {
  dir: '/roots/1',
  node: '/runtime/node',
  bundle: '/runtime/main.mjs',
  remove: async () => {},
};
const tools: Tools = { unshare: '/u/unshare', setpriv: '/u/setpriv', prlimit: '/u/prlimit', sh: '/bin/sh' };
const strongest = (isRoot: boolean) => {
  const [plan] = plansFor({ tools, root, isRoot });
  if (!plan) throw new Error('There is no plan.');
  return plan;
};

test('as root the user nobody comes first, and the strongest separation before the weaker ones', () => {
  const plans = plansFor({ tools, root, isRoot: true });
  expect(plans.map(({ separation }) => separation)).toEqual([...SEPARATIONS, ...SEPARATIONS]);
  expect(plans.map(({ asNobody }) => asNobody)).toEqual([true, true, true, true, false, false, false, false]);
});

test('without tools there is nothing but Node', () => {
  expect(plansFor({ tools: {}, root: undefined, isRoot: false })).toEqual([
    { separation: 'none', asNobody: false, tools: {} },
  ]);
});

test('without a root folder the file system stays the machine’s', () => {
  const plans = plansFor({ tools, root: undefined, isRoot: false });
  expect(plans.map(({ separation }) => separation)).toEqual(['network', 'none']);
  expect(plans.every((plan) => plan.root === undefined)).toBe(true);
});

test('the strongest joins its control groups as the executor’s user, and only then gives rights away', () => {
  const { command, args } = wrapCommand(strongest(true), ['/runtime/node', 'x.mjs'], { groupFiles: ['/g/1', '/g/2'] });
  expect(command).toBe('/bin/sh');
  expect(args[1]).toContain('echo 0 > "$1"');
  expect(args[1]).toContain('echo 0 > "$2"');
  const line = args.slice(2).join(' ');
  expect(line).toMatch(/^sandbox \/g\/1 \/g\/2 \/u\/setpriv --reuid=65534 .*--no-new-privs/);
  for (const wanted of [
    '--user',
    '--net',
    '--pid',
    '--mount',
    '--ipc',
    '--uts',
    '--mount-proc',
    '--kill-child=KILL',
    '--root=/roots/1',
  ])
    expect(args).toContain(wanted);
  expect(line.indexOf('--map-root-user')).toBeLessThan(line.indexOf('--nproc='));
  expect(line.indexOf('--pdeathsig')).toBeLessThan(line.indexOf('--net'));
  expect(line).toMatch(/-- \/runtime\/node x\.mjs$/);
});

test('processes are not counted where the count would be that of the whole machine', () => {
  const none = plansFor({ tools, root, isRoot: false }).at(-1);
  expect(none?.separation).toBe('none');
  expect(wrapCommand(none as never, ['node']).args.join(' ')).not.toContain('--nproc');
});

test('without setpriv the user is changed by Node', () => {
  const { setpriv: _setpriv, ...others } = tools;
  const plan = plansFor({ tools: others, root, isRoot: true })[0];
  expect(wrapCommand(plan as never, ['node']).options).toMatchObject({ uid: 65_534, gid: 65_534 });
  expect(wrapCommand(strongest(true), ['node']).options.uid).toBeUndefined();
});
