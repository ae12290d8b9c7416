/**
 * Which run of a node it is, as people count: `each[3]` is the 4th, `each[3]/review[1]` in it the 2nd, the run outside of
 * every round the 1st.
 */
export const roundLabel = (iteration: string): string =>
  iteration === ''
    ? '1'
    : [...iteration.matchAll(/\[(\d+)\]/g)].map(([, index]) => String(Number(index) + 1)).join(' › ');
