import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const weave: MantineColorsTuple = [
  '#eef0ff',
  '#dcdffb',
  '#b7bcf2',
  '#9097ea',
  '#6f78e2',
  '#5a64de',
  '#4e59dc',
  '#404ac4',
  '#3741af',
  '#2c379a',
];

const thread: MantineColorsTuple = [
  '#e6fcf8',
  '#d3f5ef',
  '#a8e9de',
  '#79dccb',
  '#53d2bc',
  '#3bccb2',
  '#2bc9ad',
  '#1bb197',
  '#079e86',
  '#008973',
];

const dark: MantineColorsTuple = [
  '#d5d8e0',
  '#b0b5c3',
  '#8a90a2',
  '#646b80',
  '#3b4153',
  '#2c3142',
  '#212534',
  '#191c28',
  '#12141d',
  '#0b0d13',
];

/** `weave` (indigo) is for actions, `thread` (teal) for what is alive or succeeded. */
export const theme = createTheme({
  primaryColor: 'weave',
  primaryShade: { light: 6, dark: 5 },
  colors: { weave, thread, dark },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily:
    "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', 'Hiragino Sans', 'Noto Sans JP', 'Yu Gothic UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Noto Sans Mono CJK JP', monospace",
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.2rem' }, h3: { fontSize: '1rem' } },
  },
  autoContrast: true,
  respectReducedMotion: true,
});

/** Beside Mantine's own variables. The dimmed text is darker than Mantine's, which small print needs to be legible. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--aw-canvas': '#f6f7fa',
    '--aw-surface': '#ffffff',
    '--aw-border': '#e4e6ed',
    '--aw-hover': '#f0f1f6',
    '--aw-text-muted': '#5c6377',
    '--mantine-color-dimmed': '#5c6377',
  },
  dark: {
    '--aw-canvas': '#0e1017',
    '--aw-surface': '#161924',
    '--aw-border': '#272c3b',
    '--aw-hover': '#1f2433',
    '--aw-text-muted': '#9aa1b5',
    '--mantine-color-dimmed': '#9aa1b5',
    '--mantine-color-body': '#161924',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-default-border': '#2f3547',
  },
});
