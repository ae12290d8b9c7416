import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { inRoot } from '../lib/paths.ts';

const read = (file: string): string => readFileSync(inRoot(file), 'utf8');

const alerts = z
  .object({
    groups: z.array(
      z.object({
        name: z.string(),
        rules: z.array(
          z.object({
            alert: z.string().regex(/^[A-Z]\w+$/),
            expr: z.string(),
            for: z.string().regex(/^\d+[smh]$/),
            labels: z.object({ severity: z.enum(['critical', 'warning']) }),
            annotations: z.object({ summary: z.string().min(10), description: z.string().min(10) }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(read('docker/prometheus/alerts.yml')))
  .groups.flatMap(({ rules }) => rules);

const panels = z
  .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })).default([]) })) })
  .parse(JSON.parse(read('docker/grafana/dashboards/agentweaver.json')))
  .panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Names of metrics and of their labels' matchers, as Prometheus's own grammar reads them; throws where it would refuse. */
const selectorsOf = (expr: string): { metric: string; labels: string[] }[] => {
  const text = expr.replaceAll('$__rate_interval', '5m');
  const found: { metric: string; labels: string[] }[] = [];
  parser.parse(text).iterate({
    enter: ({ name, from, to, type, node }) => {
      if (type.isError) throw new Error(`"${text}" is no PromQL at ${from}.`);
      if (name !== 'VectorSelector') return;
      const metric = node.getChild('Identifier');
      const matchers = [...text.slice(from, to).matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(
        ([, label]) => label ?? '',
      );
      found.push({ metric: metric ? text.slice(metric.from, metric.to) : '', labels: matchers });
    },
  });
  return found;
};

/** Metrics that the apps declare, with the names of their labels. */
const declared = new Map<string, Set<string>>();
for (const dir of ['apps/web/src', 'apps/executor/src']) {
  for (const file of readdirSync(inRoot(dir), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('metrics.ts')) continue;
    const source = read(path.join(dir, file));
    for (const [, kind, name = '', rest = ''] of source.matchAll(
      /new (Counter|Gauge|Histogram)\(\{\s*name: '(\w+)',([\s\S]*?)registers/g,
    )) {
      const labels = [...(/labelNames: \[(.*?)\]/.exec(rest)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
        ([, label]) => label ?? '',
      );
      const series = kind === 'Histogram' ? `${name}_bucket` : name;
      declared.set(series, new Set([...(declared.get(series) ?? []), ...labels, 'instance', 'job']));
    }
  }
}
/** Of Prometheus itself, and of Node. */
const FOREIGN = /^(up|(agentweaver_web_)?(process|nodejs)_\w+)$/;

describe('alerts', () => {
  it('are loaded', () => {
    const { rule_files } = z
      .object({ rule_files: z.array(z.string()) })
      .parse(parse(read('docker/prometheus/prometheus.yml')));
    expect(rule_files).toEqual(['alerts.yml']);
    expect(read('docker/compose.yml')).toContain('./prometheus/alerts.yml:/etc/prometheus/alerts.yml:ro');
    expect(read('docker/compose.yml')).toContain('--config.file=/etc/prometheus/prometheus.yml');
  });

  it('have names of their own', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  it('tell of what stops executions', () => {
    const names = alerts.map(({ alert }) => alert);
    for (const name of ['ExecutionsWaitTooLong', 'NoExecutor', 'SandboxesDoNotStart', 'ExecutionsFail']) {
      expect(names).toContain(name);
    }
    expect(names).toEqual(expect.arrayContaining(['DatabaseNotReady', 'QueueNotReady']));
  });

  it.each(alerts.map(({ alert, expr }) => [alert, expr]))(
    '%s asks for metrics and labels that there are',
    (_, expr) => {
      const selectors = selectorsOf(expr);
      expect(selectors).not.toEqual([]);
      for (const { metric, labels } of selectors) {
        if (FOREIGN.test(metric)) continue;
        expect([...declared.keys()], metric).toContain(metric);
        expect(
          labels.filter((label) => !declared.get(metric)?.has(label)),
          metric,
        ).toEqual([]);
      }
    },
  );

  it('say in their texts only labels that their expression has', () => {
    for (const { alert, expr, annotations } of alerts) {
      const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
      const kept = /\b(?:sum|max|min|avg|histogram_quantile)\b/.test(expr)
        ? new Set(grouped)
        : new Set(selectorsOf(expr).flatMap(({ metric }) => [...(declared.get(metric) ?? ['instance', 'job'])]));
      const used = [
        ...Object.values(annotations)
          .join(' ')
          .matchAll(/\$labels\.(\w+)/g),
      ].map(([, label]) => label ?? '');
      expect(
        used.filter((label) => !kept.has(label)),
        alert,
      ).toEqual([]);
    }
  });
});

describe('panels', () => {
  it('are PromQL on labels that there are', () => {
    expect(panels.length).toBeGreaterThan(20);
    for (const { metric, labels } of panels.flatMap(selectorsOf)) {
      if (FOREIGN.test(metric)) continue;
      expect([...declared.keys()], metric).toContain(metric);
      expect(
        labels.filter((label) => !declared.get(metric)?.has(label)),
        metric,
      ).toEqual([]);
    }
  });
});
