import type { CallContext } from '../host/host.ts';

/**
 * A run of call indices set aside at once, so that work that goes on beside other work numbers its calls the same
 * way each time: an execution that is resumed finds the answers it has paid for by these numbers. Whoever needs more
 * than was set aside takes another block, in the order of need.
 */
export const takeCallBlock = (nextCall: () => CallContext, size: number): (() => CallContext) => {
  let block: CallContext[] = [];
  const refill = () => {
    block = Array.from({ length: size }, nextCall).reverse();
  };
  refill();
  return () => {
    if (block.length === 0) refill();
    // A block is never empty after `refill`.
    return block.pop() ?? nextCall();
  };
};
