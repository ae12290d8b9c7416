import { expect, test } from 'vitest';
import { describeProcess } from './process-description.ts';

const plan = { separation: 'none', asNobody: true, tools: {} } as const;

test('says who keeps what, and what is not kept', () => {
  const text = describeProcess(plan, [
    { what: 'network', holds: true, by: 'kernel', why: 'ENETUNREACH' },
    { what: 'files', holds: true, by: 'kernel', why: 'ENOENT' },
    { what: 'add-ons', holds: true, by: 'node', why: 'ERR_DLOPEN_DISABLED' },
    { what: 'memory', holds: true, by: 'executor', why: 'a bomb was stopped' },
    { what: 'system-calls', holds: false, why: 'not filtered' },
  ]);
  expect(text).toBe(
    'Process: a child process as the user nobody, weaker than a container: the kernel keeps it from the network and files of this machine; Node alone keeps it from loading add-ons; the executor stops it for memory without end; not kept from system calls of any kind.',
  );
});

test('warns where the network is open', () => {
  const text = describeProcess({ ...plan, asNobody: false }, [{ what: 'network', holds: false, why: 'connected' }]);
  expect(text).toBe(
    'Process: a child process, weaker than a container: not kept from the network. Run only workflows you trust, or install Docker.',
  );
});
