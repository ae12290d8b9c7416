/**
 * Whether a GraphQL document changes something: `mutation` or `subscription` stands where an operation begins. Names of
 * fields, strings and comments do not count.
 */
export const hasMutation = (document: string): boolean => {
  const code = document.replace(/"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*/g, ' ');
  let depth = 0;
  let beginsOperation = true;
  for (const [token] of code.matchAll(/[{}()]|[_A-Za-z][_0-9A-Za-z]*/g)) {
    if (token === '{' || token === '(') depth += 1;
    else if (token === '}' || token === ')') {
      depth -= 1;
      // What follows the body of an operation or a fragment begins the next one.
      if (token === '}' && depth <= 0) {
        beginsOperation = true;
        continue;
      }
    } else if (depth <= 0 && beginsOperation && token !== 'query' && token !== 'fragment') return true;
    beginsOperation = false;
  }
  return false;
};
