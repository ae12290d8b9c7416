/** What lies in a mailbox: handed over once, or dropped once. */
export type Letter = {
  /** Its end is awaited before the mailbox counts it as handled. Never rejects. */
  deliver: () => Promise<void>;
  /** The mailbox closed before it was handed over. */
  drop: () => void;
};

export type Room = 'taken' | 'full' | 'closed';

export type Mailbox = {
  /** Resolves when the letter lies in the mailbox: at once, or once there is room (`wait`). Letters keep their order. */
  put: (letter: Letter, whenFull: 'wait' | 'reject') => Promise<Room>;
  /** Takes a letter out that was not handed over yet; `false` when it is gone. */
  remove: (letter: Letter) => boolean;
  /** Drops what was not handed over; `put` answers `closed` from now on, also to those who wait. */
  close: () => void;
  /** Nothing lies in it and nothing of it is being handled. */
  isIdle: () => boolean;
};

type Waiting = { letter: Letter; admit: (room: Room) => void };

/** A bounded queue whose letters are handed over in order, `concurrency` at a time. */
export const createMailbox = ({
  size,
  concurrency,
  onIdle,
}: {
  size: number;
  concurrency: number;
  onIdle: () => void;
}): Mailbox => {
  let queue: Letter[] = [];
  let waiting: Waiting[] = [];
  let handling = 0;
  let closed = false;
  const isIdle = () => handling === 0 && queue.length === 0 && waiting.length === 0;

  const admitWaiting = () => {
    while (queue.length < size) {
      const next = waiting.shift();
      if (!next) return;
      queue.push(next.letter);
      next.admit('taken');
    }
  };

  const handOver = () => {
    while (handling < concurrency) {
      const letter = queue.shift();
      if (!letter) return;
      handling += 1;
      admitWaiting();
      void letter.deliver().then(() => {
        handling -= 1;
        handOver();
        if (isIdle()) onIdle();
      });
    }
  };

  const put: Mailbox['put'] = (letter, whenFull) => {
    if (closed) return Promise.resolve('closed');
    if (queue.length < size && waiting.length === 0) {
      queue.push(letter);
      // Not before the sender knows that it was taken.
      queueMicrotask(handOver);
      return Promise.resolve('taken');
    }
    if (whenFull === 'reject') return Promise.resolve('full');
    return new Promise((admit) => waiting.push({ letter, admit }));
  };

  const remove = (letter: Letter): boolean => {
    const waits = waiting.find((one) => one.letter === letter);
    if (!waits && !queue.includes(letter)) return false;
    waits?.admit('closed');
    waiting = waiting.filter((one) => one !== waits);
    queue = queue.filter((one) => one !== letter);
    admitWaiting();
    queueMicrotask(handOver);
    if (isIdle()) onIdle();
    return true;
  };

  const close = () => {
    closed = true;
    const left = [...queue, ...waiting.map(({ letter }) => letter)];
    for (const { admit } of waiting) admit('closed');
    queue = [];
    waiting = [];
    for (const letter of left) letter.drop();
    if (isIdle()) onIdle();
  };

  return { put, remove, close, isIdle };
};
