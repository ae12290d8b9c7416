/** How often a property is tried. `PROPERTY_SHARE` is for those who run all tests many times over: 0.1 is a tenth. */
export const runs = (count: number): { numRuns: number } => ({
  numRuns: Math.ceil(count * Number(process.env.PROPERTY_SHARE ?? 1)),
});
