'use client';

import { Paper, Text, Tooltip } from '@mantine/core';
import { IconArrowDownRight, IconArrowUpRight, IconMinus } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { successRate, type Totals } from './analytics-view.ts';
import { type Change, changeBetween } from './change.ts';
import classes from './stat-tiles.module.css';

/** `neutral`: more is neither good nor bad news. */
type Wish = 'more' | 'less' | 'neutral';

type TileProps = { label: string; value: string; before: string; change: Change; wish: Wish };

const toneOf = ({ direction }: Change, wish: Wish): 'good' | 'bad' | 'plain' => {
  if (wish === 'neutral' || direction === 'same' || direction === 'unknown') return 'plain';
  return (direction === 'up') === (wish === 'more') ? 'good' : 'bad';
};

const ICONS = { up: IconArrowUpRight, down: IconArrowDownRight, same: IconMinus };

const Tile = ({ label, value, before, change, wish }: TileProps) => {
  const t = useTranslations('analytics');
  const format = useFormat();
  const Icon = change.direction === 'unknown' ? null : ICONS[change.direction];
  return (
    <Paper withBorder className={classes.tile}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text className={classes.value}>{value}</Text>
      <Tooltip label={t('before', { value: before })}>
        <span className={classes.change} data-tone={toneOf(change, wish)}>
          {Icon && <Icon size={14} aria-hidden />}
          {change.direction === 'unknown'
            ? t('noComparison')
            : change.points === null
              ? format.percent(Math.abs(change.ratio))
              : t('points', { points: format.integer(Math.abs(change.points)) })}
          {change.direction !== 'unknown' && <span className={classes.versus}>{t('versus')}</span>}
        </span>
      </Tooltip>
    </Paper>
  );
};

/** The period in six figures, each with what it was in the equally long time before. */
export const StatTiles = ({ totals, previous }: { totals: Totals; previous: Totals }) => {
  const t = useTranslations('analytics.tile');
  const format = useFormat();
  const tokens = totals.inputTokens + totals.outputTokens;
  const tokensBefore = previous.inputTokens + previous.outputTokens;
  const rate = successRate(totals);
  const rateBefore = successRate(previous);
  return (
    <div className={classes.tiles}>
      <Tile
        label={t('executions')}
        value={format.integer(totals.executions)}
        before={format.integer(previous.executions)}
        change={changeBetween(previous.executions, totals.executions)}
        wish="neutral"
      />
      <Tile
        label={t('successRate')}
        value={format.percent(rate)}
        before={format.percent(rateBefore)}
        change={changeBetween(rateBefore, rate, 'points')}
        wish="more"
      />
      <Tile
        label={t('cost')}
        value={format.cost(totals.costUsd)}
        before={format.cost(previous.costUsd)}
        change={changeBetween(previous.costUsd, totals.costUsd)}
        wish="neutral"
      />
      <Tile
        label={t('tokens')}
        value={format.tokens(tokens)}
        before={format.tokens(tokensBefore)}
        change={changeBetween(tokensBefore, tokens)}
        wish="neutral"
      />
      <Tile
        label={t('median')}
        value={format.duration(totals.medianMs)}
        before={format.duration(previous.medianMs)}
        change={changeBetween(previous.medianMs, totals.medianMs)}
        wish="less"
      />
      <Tile
        label={t('p95')}
        value={format.duration(totals.p95Ms)}
        before={format.duration(previous.p95Ms)}
        change={changeBetween(previous.p95Ms, totals.p95Ms)}
        wish="less"
      />
    </div>
  );
};
