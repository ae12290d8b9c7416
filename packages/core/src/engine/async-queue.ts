/** A queue between one or many writers and one reader. */
export type AsyncQueue<Item> = {
  /** After `close` nothing is taken any more. */
  push: (item: Item) => void;
  /** The reader gets what is queued, then the end. */
  close: () => void;
  /** The next item, once there is one; `undefined` at the end. One call at a time. */
  next: () => Promise<Item | undefined>;
  /** Items that nobody has read. */
  unread: () => number;
};

/** Read items that are not worth letting go of yet. */
const KEPT = 256;

export const createAsyncQueue = <Item extends object>(): AsyncQueue<Item> => {
  let items: Item[] = [];
  /** Read up to here; moving an index costs nothing, `shift` costs the length. */
  let read = 0;
  let closed = false;
  let wake: ((item: Item | undefined) => void) | undefined;

  const deliver = (item: Item | undefined): boolean => {
    const reader = wake;
    wake = undefined;
    reader?.(item);
    return reader !== undefined;
  };

  return {
    push: (item) => {
      if (!closed && !deliver(item)) items.push(item);
    },
    close: () => {
      closed = true;
      deliver(undefined);
    },
    next: () => {
      const item = items[read];
      if (item === undefined) {
        items = [];
        read = 0;
        return closed ? Promise.resolve(undefined) : new Promise((resolve) => (wake = resolve));
      }
      read += 1;
      // A reader that never quite catches up must not keep all that it has read.
      if (read >= KEPT && read * 2 >= items.length) {
        items = items.slice(read);
        read = 0;
      }
      return Promise.resolve(item);
    },
    unread: () => items.length - read,
  };
};
