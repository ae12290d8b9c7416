import type { Analytics, Bucket, SeriesPoint } from './analytics-view.ts';

/** The buckets' starts as the axis names them, in the viewer's language and (unless given) time zone. */
export const bucketLabels = (
  series: readonly Pick<SeriesPoint, 'at'>[],
  bucket: Bucket,
  locale: string,
  timeZone?: string,
): string[] => {
  const options: Intl.DateTimeFormatOptions =
    bucket === 'hour'
      ? { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }
      : { month: 'short', day: 'numeric', timeZone };
  const format = new Intl.DateTimeFormat(locale, options);
  return series.map(({ at }) => format.format(at));
};

export type CostModel = {
  key: string;
  /** `null` stands for all models beyond the most expensive ones. */
  name: string | null;
};

/**
 * Cost over time by model: the `most` most expensive ones by name, the rest together. Keys are plain, because
 * charts read `openai/gpt-4.1` as a path.
 */
export const costSeries = (
  { series, models }: Pick<Analytics, 'series' | 'models'>,
  labels: readonly string[],
  most: number,
): { models: CostModel[]; points: Record<string, string | number>[] } => {
  const named = models.slice(0, most).map(({ model }, index) => ({ key: `model${index}`, name: model }));
  const keys = new Map(named.map(({ key, name }) => [name, key]));
  let others = false;
  const points = series.map(({ costByModel }, index) => {
    const point: Record<string, string | number> = { at: labels[index] ?? '' };
    for (const { key } of named) point[key] = 0;
    for (const [model, cost] of Object.entries(costByModel)) {
      const key = keys.get(model) ?? 'others';
      others ||= key === 'others';
      point[key] = Number(point[key] ?? 0) + cost;
    }
    return point;
  });
  return { models: others ? [...named, { key: 'others', name: null }] : named, points };
};
