import type { CSSProperties } from 'react';

const MANTINE_COLORS: Record<string, string> = {
  yellow: 'yellow',
  blue: 'blue',
  green: 'teal',
  pink: 'pink',
  purple: 'grape',
  gray: 'gray',
};

/** The colours of a note's paper or a group's frame, from its config. */
export const paperColors = (color: unknown): CSSProperties => {
  const name = (typeof color === 'string' && MANTINE_COLORS[color]) || 'gray';
  return {
    '--paper': `var(--mantine-color-${name}-filled)`,
    '--paper-tint': `var(--mantine-color-${name}-light)`,
  } as CSSProperties;
};
