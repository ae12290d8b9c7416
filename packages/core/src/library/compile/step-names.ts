/** Ids of the first and the last node. */
export const START = 'start';
export const END = 'end';

/** Gives each step an id that expressions can name: from its name, and no two alike. */
export const createIdGiver = (reserved: readonly string[] = [START, END]): ((name: string) => string) => {
  const taken = new Set(reserved);
  return (name) => {
    const base = toId(name);
    let id = base;
    for (let number = 2; taken.has(id); number++) id = `${base}_${number}`;
    taken.add(id);
    return id;
  };
};

/** “Senior Researcher” → `senior_researcher`. Names in other letters become `step`. */
const toId = (name: string): string => {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 48);
  if (words === '') return 'step';
  return /^[a-z_]/.test(words) ? words : `step_${words}`;
};
