/** A step of an execution as one text: its node, and the iteration when there is one. */
export const stepKey = (nodeId: string, iteration: string): string =>
  iteration === '' ? nodeId : `${iteration}/${nodeId}`;
