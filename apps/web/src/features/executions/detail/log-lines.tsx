'use client';

import { Button, Text, UnstyledButton } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import { formatClock } from '../../../lib/format.ts';
import type { EventView } from '../execution-view.ts';
import { describeEvent } from './describe-event.ts';
import classes from './log-lines.module.css';
import { roundLabel } from './round-label.ts';

/** Lines put into the page at once; the ones before are one click away. */
const PAGE = 500;
/** How near the end counts as at the end, in px. */
const NEAR_END = 24;

type Names = Readonly<Record<string, string>>;

const Line = memo(
  ({ event, name, onPick }: { event: EventView; name: string | null; onPick?: (nodeId: string) => void }) => {
    const t = useTranslations('executions');
    const { nodeId } = event;
    return (
      <li className={classes.line} data-level={event.level}>
        <time className={classes.time} dateTime={event.createdAt.toISOString()} title={event.createdAt.toISOString()}>
          {formatClock(event.createdAt)}
        </time>
        <span className={classes.level}>{t(`level.${event.level}`)}</span>
        {name !== null &&
          (nodeId && onPick ? (
            <UnstyledButton className={classes.node} title={name} onClick={() => onPick(nodeId)}>
              {name}
            </UnstyledButton>
          ) : (
            <span className={classes.node}>{name}</span>
          ))}
        <span className={classes.message}>
          {describeEvent(event, t)}
          {event.type === 'step_log' && event.data && Object.keys(event.data).length > 0 && (
            <span className={classes.data}>{JSON.stringify(event.data)}</span>
          )}
        </span>
      </li>
    );
  },
);
Line.displayName = 'LogLine';

/** The step, and which run of it where it has several. */
const nameOf = ({ nodeId, iteration }: EventView, names: Names): string => {
  if (nodeId === null) return '';
  const name = names[nodeId] ?? nodeId;
  return iteration === '' ? name : `${name} · ${roundLabel(iteration)}`;
};

type LogLinesProps = {
  events: readonly EventView[];
  /** Keeps the newest line in sight. */
  follow: boolean;
  /** The viewer scrolled away from the end, or back to it. */
  onFollow?: (follow: boolean) => void;
  maxHeight: number;
  /** Names by node id; without them the column is left out. */
  names?: Names;
  onPickNode?: (nodeId: string) => void;
};

export const LogLines = ({ events, follow, onFollow, maxHeight, names, onPickNode }: LogLinesProps) => {
  const t = useTranslations('executions.log');
  const [pages, setPages] = useState(1);
  const box = useRef<HTMLDivElement>(null);
  const shown = events.slice(-PAGE * pages);
  const newest = shown.at(-1)?.seq;

  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls whenever a newer line has come.
  useLayoutEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, newest]);

  if (events.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="sm">
        {t('empty')}
      </Text>
    );
  }
  return (
    <section
      ref={box}
      className={classes.box}
      style={{ maxHeight }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
      tabIndex={0}
      aria-label={t('title')}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
        if (atEnd !== follow) onFollow?.(atEnd);
      }}
    >
      {shown.length < events.length && (
        <Button size="compact-xs" variant="subtle" color="gray" fullWidth onClick={() => setPages(pages + 1)}>
          {t('earlier', { count: Math.min(PAGE, events.length - shown.length) })}
        </Button>
      )}
      <ol className={classes.lines} data-named={names ? true : undefined}>
        {shown.map((event) => (
          <Line key={event.seq} event={event} name={names ? nameOf(event, names) : null} onPick={onPickNode} />
        ))}
      </ol>
    </section>
  );
};
