/** What `?` shows; the keys are handled in `canvas/use-canvas-keys.ts` and `use-clipboard.ts`. `name` is a message key. */
export const SHORTCUTS: readonly { name: string; keys: readonly (readonly string[])[] }[] = [
  { name: 'quickAdd', keys: [['N'], ['Tab']] },
  { name: 'run', keys: [['mod', 'Enter']] },
  { name: 'undo', keys: [['mod', 'Z']] },
  {
    name: 'redo',
    keys: [
      ['mod', 'Shift', 'Z'],
      ['mod', 'Y'],
    ],
  },
  { name: 'copy', keys: [['mod', 'C']] },
  { name: 'cut', keys: [['mod', 'X']] },
  { name: 'paste', keys: [['mod', 'V']] },
  { name: 'duplicate', keys: [['mod', 'D']] },
  { name: 'remove', keys: [['Delete']] },
  { name: 'disable', keys: [['D']] },
  { name: 'selectAll', keys: [['mod', 'A']] },
  { name: 'open', keys: [['Enter']] },
  { name: 'move', keys: [['←', '→', '↑', '↓']] },
  { name: 'tidy', keys: [['Shift', 'Alt', 'T']] },
  { name: 'fit', keys: [['0']] },
  { name: 'zoom', keys: [['+'], ['−'], ['1']] },
  {
    name: 'variables',
    keys: [
      ['{', '{'],
      ['Ctrl', 'Space'],
    ],
  },
  { name: 'save', keys: [['mod', 'S']] },
  { name: 'help', keys: [['?']] },
];
