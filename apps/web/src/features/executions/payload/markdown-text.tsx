'use client';

import { Anchor, Table, Typography } from '@mantine/core';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import classes from './markdown-text.module.css';

/** Longer texts are shown as they are: parsing them would hold up the page. */
const MARKDOWN_LIMIT = 100_000;

/** Models write the text: raw HTML stays text, links open apart, and images (which would call out) become links. */
const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <Anchor href={href} target="_blank" rel="noreferrer noopener nofollow">
      {children}
    </Anchor>
  ),
  img: ({ src, alt }) => (
    <Anchor href={typeof src === 'string' ? src : undefined} target="_blank" rel="noreferrer noopener nofollow">
      {alt || String(src)}
    </Anchor>
  ),
  table: ({ children }) => (
    <Table.ScrollContainer minWidth={300}>
      <Table withTableBorder withColumnBorders>
        {children}
      </Table>
    </Table.ScrollContainer>
  ),
};

const PLUGINS = [remarkGfm];

export const MarkdownText = ({ text }: { text: string }) =>
  text.length > MARKDOWN_LIMIT ? (
    <pre className={classes.plain}>{text}</pre>
  ) : (
    <Typography className={classes.markdown}>
      <Markdown remarkPlugins={PLUGINS} components={COMPONENTS}>
        {text}
      </Markdown>
    </Typography>
  );
