import type { ProcessPlan } from './process-namespaces.ts';
import type { Threat } from './process-probe.ts';
import type { Keeper, Protection } from './process-self-test.ts';

const WORDS: Record<Threat, string> = {
  files: 'files of this machine',
  writing: 'writing files',
  environment: 'the environment of the executor',
  processes: 'other processes',
  network: 'the network',
  sockets: 'local sockets',
  programs: 'starting programs',
  'add-ons': 'loading add-ons',
  privileges: 'gaining rights',
  numbers: 'open files without end',
  'system-calls': 'system calls of any kind',
  memory: 'memory without end',
};

const KEEPERS: Record<Keeper, string> = {
  kernel: 'the kernel keeps it from',
  node: 'Node alone keeps it from',
  executor: 'the executor stops it for',
};

const WARNING = ' Run only workflows you trust, or install Docker.';

/** What holds and what does not, in a sentence for people. */
export const describeProcess = ({ asNobody }: ProcessPlan, protections: readonly Protection[]): string => {
  const kept = (['kernel', 'node', 'executor'] as const).flatMap((by) => {
    const names = protections.filter((one) => one.holds && one.by === by).map(({ what }) => WORDS[what]);
    return names.length === 0 ? [] : [`${KEEPERS[by]} ${list(names)}`];
  });
  const open = protections.filter(({ holds }) => !holds).map(({ what }) => WORDS[what]);
  const notKept = open.length === 0 ? [] : [`not kept from ${list(open)}`];
  const warning = open.some((name) => name === WORDS.network || name === WORDS.files) ? WARNING : '';
  return `Process: a child process${asNobody ? ' as the user nobody' : ''}, weaker than a container: ${[...kept, ...notKept].join('; ')}.${warning}`;
};

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
