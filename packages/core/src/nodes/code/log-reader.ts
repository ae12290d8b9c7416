import type { CodeRequest } from '../../host/host.ts';
import { LOG_HEADER_BYTES, LOG_LEVELS } from './realm-source.ts';

/** Empties the log and reads the lines that code writes to it from then on; see `realm-source.ts` for the layout. Never trusts what it reads. */
export const createLogReader = (memory: SharedArrayBuffer, onLog: CodeRequest['onLog']) => {
  const header = new Int32Array(memory, 0, 2);
  const units = new Uint16Array(memory, LOG_HEADER_BYTES);
  const decoder = new TextDecoder('utf-16le');
  let at = 0;
  header.fill(0);

  const read = () => {
    const end = Math.min(Math.max(Atomics.load(header, 0), 0), units.length);
    while (at + 2 <= end) {
      const level = LOG_LEVELS[units[at] ?? 0] ?? 'info';
      const start = at + 2;
      at = start + (units[at + 1] ?? 0);
      if (at > end) at = end;
      // A copy: a decoder takes no shared memory.
      onLog(level, decoder.decode(units.slice(start, at)));
    }
  };

  /** Reads the rest and says how many lines were left out. */
  const finish = () => {
    read();
    const leftOut = Atomics.load(header, 1);
    if (leftOut > 0) onLog('warn', `${leftOut} more lines were left out: a Code node's log is limited.`);
  };

  return { read, finish };
};
