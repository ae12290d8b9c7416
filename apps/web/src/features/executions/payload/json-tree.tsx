'use client';

import { UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import classes from './json-tree.module.css';
import { childPath, type JsonMatches, ROOT_PATH } from './search-json.ts';

/** Children shown at first and added by each `more`; a browser slows down with tens of thousands of rows. */
const PAGE = 100;
/** Characters of one text shown until asked for the rest. */
const TEXT_LIMIT = 1_000;
/** Levels that are open at first. */
const OPEN_DEPTH = 2;

type NodeProps = {
  name: string | number | null;
  value: unknown;
  path: string;
  depth: number;
  found: JsonMatches | null;
};

/** Line breaks stay line breaks: people read these texts, `plain` has the exact JSON. */
const quoted = (text: string): string => (text.includes('\n') ? `"${text}"` : JSON.stringify(text));

const Scalar = ({ value }: { value: unknown }) => {
  const t = useTranslations('executions.payload');
  const [whole, setWhole] = useState(false);
  if (typeof value === 'string') {
    const cut = !whole && value.length > TEXT_LIMIT;
    return (
      <span className={classes.string}>
        {quoted(cut ? value.slice(0, TEXT_LIMIT) : value)}
        {cut && (
          <UnstyledButton className={classes.more} onClick={() => setWhole(true)}>
            {t('moreText', { count: value.length - TEXT_LIMIT })}
          </UnstyledButton>
        )}
      </span>
    );
  }
  if (value === null || value === undefined) return <span className={classes.none}>null</span>;
  return <span className={typeof value === 'number' ? classes.number : classes.boolean}>{String(value)}</span>;
};

const Key = ({ name }: { name: string | number | null }) =>
  name === null ? null : (
    <>
      <span className={typeof name === 'number' ? classes.index : classes.key}>{name}</span>
      <span className={classes.colon}>:</span>
    </>
  );

const Branch = ({ name, value, path, depth, found }: NodeProps & { value: object }) => {
  const t = useTranslations('executions.payload');
  const [toggled, setToggled] = useState<boolean | null>(null);
  const [shown, setShown] = useState(PAGE);
  const isArray = Array.isArray(value);
  const entries: [string | number, unknown][] = isArray
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  const open = toggled ?? (found?.open.has(path) || (depth < OPEN_DEPTH && entries.length <= PAGE));
  const visible = open
    ? entries.filter(
        ([key], index) =>
          index < shown || found?.open.has(childPath(path, key)) || found?.matches.has(childPath(path, key)),
      )
    : [];
  const brackets = isArray ? '[]' : '{}';
  return (
    <div>
      <UnstyledButton
        className={classes.branch}
        aria-expanded={open}
        data-match={found?.matches.has(path) || undefined}
        onClick={() => setToggled(!open)}
      >
        <IconChevronRight size={12} className={classes.chevron} data-open={open || undefined} aria-hidden />
        <Key name={name} />
        <span className={classes.bracket}>
          {brackets[0]}
          {!open && entries.length > 0 && '…'}
          {!open && brackets[1]}
        </span>
        <span className={classes.count}>{t('items', { count: entries.length })}</span>
      </UnstyledButton>
      {open && (
        <div className={classes.children}>
          {visible.map(([key, item]) => (
            <JsonNode key={key} name={key} value={item} path={childPath(path, key)} depth={depth + 1} found={found} />
          ))}
          {entries.length > shown && (
            <UnstyledButton className={classes.more} onClick={() => setShown(shown + PAGE)}>
              {t('moreItems', { count: Math.min(PAGE, entries.length - shown) })}
            </UnstyledButton>
          )}
        </div>
      )}
    </div>
  );
};

const JsonNode = (props: NodeProps) => {
  const { name, value, path, found } = props;
  if (typeof value === 'object' && value !== null) return <Branch {...props} value={value} />;
  return (
    <div className={classes.leaf} data-match={found?.matches.has(path) || undefined}>
      <Key name={name} />
      <Scalar value={value} />
    </div>
  );
};

/** A JSON value as a tree that opens; only what is open is rendered, so that megabytes stay quick. */
export const JsonTree = ({ value, found }: { value: unknown; found: JsonMatches | null }) => (
  <div className={classes.tree}>
    <JsonNode name={null} value={value} path={ROOT_PATH} depth={0} found={found} />
  </div>
);
