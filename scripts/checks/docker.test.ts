import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { executorEnvSchema } from '../../apps/executor/src/env.ts';
import { snapshotSourceOf } from '../../apps/executor/src/sandbox/runtime-image.ts';
import {
  PASSWD,
  RUNTIME_LAYOUT,
  RUNTIME_USER,
  snapshotCommand,
} from '../../apps/executor/src/sandbox/runtime-layout.ts';
import { HARD_EXIT_MS } from '../../apps/executor/src/tunables.ts';
import { webEnvSchema } from '../../apps/web/src/server/env.ts';
import { inRoot } from '../lib/paths.ts';

const read = (file: string): string => readFileSync(inRoot(file), 'utf8');

const serviceSchema = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  container_name: z.string().optional(),
  hostname: z.string().optional(),
  network_mode: z.string().optional(),
  stop_grace_period: z.string().optional(),
  depends_on: z.union([z.array(z.string()), z.record(z.string(), z.object({ condition: z.string() }))]).optional(),
  deploy: z.object({ replicas: z.number() }).optional(),
});
const compose = z
  .object({ services: z.record(z.string(), serviceSchema) })
  .parse(parse(read('docker/compose.yml'), { merge: true }));
const service = (name: string): z.infer<typeof serviceSchema> =>
  compose.services[name] ?? expect.fail(`no service ${name}`);

describe('docker/compose.yml', () => {
  it('runs two executors beside everything they need', () => {
    expect(Object.keys(compose.services).toSorted()).toEqual(
      ['executor', 'grafana', 'jaeger', 'migrate', 'postgres', 'prometheus', 'redis', 'web'].toSorted(),
    );
    expect(service('executor').deploy?.replicas).toBe(2);
    expect(service('postgres').image).toBe('pgvector/pgvector:pg18');
    expect(service('redis').command).toContain('noeviction');
  });

  it('migrates before anything that uses the database starts', () => {
    for (const name of ['web', 'executor']) {
      expect(service(name).depends_on).toMatchObject({ migrate: { condition: 'service_completed_successfully' } });
    }
    for (const argument of service('migrate').command?.slice(1) ?? []) expect(existsSync(inRoot(argument))).toBe(true);
  });

  it('sets only variables that the app reads, and hands the engine to executors alone', () => {
    const known = { web: webEnvSchema.shape, executor: executorEnvSchema.shape };
    for (const [name, shape] of Object.entries(known)) {
      const own = Object.keys(service(name).environment ?? {});
      expect(own.filter((variable) => !(variable in shape))).toEqual([]);
    }
    const holders = Object.entries(compose.services).filter(([, { volumes = [] }]) =>
      volumes.join().includes('docker.sock'),
    );
    expect(holders.map(([name]) => name)).toEqual(['executor']);
  });

  it('lets any number of executors run beside each other: up --scale executor=3', () => {
    const executor = service('executor');
    // Each of these belongs to one container only: a second one would not start.
    for (const taken of ['container_name', 'hostname', 'network_mode', 'ports'] as const)
      expect(executor[taken], taken).toBeUndefined();
    // A volume would be written by all of them; a socket is made to be shared.
    expect(executor.volumes).toEqual(['/var/run/docker.sock:/var/run/docker.sock']);
    // The others find any of them by the name of the service, which a second service would share out wrongly.
    expect(service('web').environment?.EXECUTOR_URL).toBe(
      `http://executor:${executor.environment?.EXECUTOR_PORT ?? ''}`,
    );
    // One that stops has the time to hand over what it runs.
    const [, seconds] = /^(\d+)s$/.exec(executor.stop_grace_period ?? '') ?? [];
    expect(Number(seconds) * 1_000).toBeGreaterThan(HARD_EXIT_MS);
  });

  it('tells of each executor whether it takes work', () => {
    const healthcheck = /^HEALTHCHECK [^\n]*\\\n\s*CMD .*$/m.exec(read('docker/executor/Dockerfile'))?.[0] ?? '';
    expect(healthcheck).toContain(`\${process.env.EXECUTOR_PORT}/ready`);
    expect(read('apps/executor/src/http-server.ts')).toContain("'/ready'");
  });

  it('names files that are there', () => {
    for (const { build, volumes = [] } of Object.values(compose.services)) {
      if (build) expect(existsSync(inRoot(build.dockerfile)), build.dockerfile).toBe(true);
      for (const source of volumes
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((name) => name.startsWith('./'))) {
        expect(existsSync(inRoot('docker', source)), source).toBe(true);
      }
    }
  });
});

describe.each(['docker/web/Dockerfile', 'docker/executor/Dockerfile', 'docker/sandbox/Dockerfile'])('%s', (file) => {
  const lines = read(file).replaceAll('\\\n', ' ').split('\n');

  it('copies files that are there', () => {
    const copies = lines.filter((line) => line.startsWith('COPY ') && !line.includes('--from'));
    const sources = copies.flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(sources.filter((source) => !existsSync(inRoot(source)))).toEqual([]);
  });

  it('copies the manifest of every workspace, or npm ci refuses', () => {
    for (const workspaces of ['apps', 'packages']) {
      for (const name of readdirSync(inRoot(workspaces))) {
        expect(
          lines.some((line) => line.startsWith(`COPY ${workspaces}/${name}/package.json `)),
          name,
        ).toBe(true);
      }
    }
  });

  it('runs scripts that are there, and ends as a user without rights', () => {
    const scripts = [...lines.join('\n').matchAll(/\b(?:apps|packages)\/[\w/.-]+\.(?:ts|mjs)\b/g)].map(
      ([script]) => script,
    );
    expect(scripts.filter((script) => !script.includes('/dist/') && !existsSync(inRoot(script)))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('USER ')).at(-1)).toMatch(/^USER (node|65534:65534)$/);
  });
});

describe('docker/sandbox/Dockerfile', () => {
  const lines = read('docker/sandbox/Dockerfile')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const last = lines.slice(lines.indexOf('FROM scratch') + 1).filter(Boolean);

  it('makes what the executor makes for a Docker engine, and what Pods start', () => {
    const { node, bundle, snapshotSource } = RUNTIME_LAYOUT;
    expect(last).toEqual([
      'COPY --from=build /image /',
      `RUN ${JSON.stringify(snapshotCommand(node))}`,
      `USER ${RUNTIME_USER}`,
    ]);
    const fill = lines.find((line) => line.includes('/image/runtime')) ?? '';
    const built = 'apps/executor/dist/sandbox-runtime.mjs';
    for (const command of [
      `cp "$(command -v node)" /image${node}`,
      `cp ${built} /image${bundle}`,
      `cp ${snapshotSourceOf(built)} /image${snapshotSource}`,
      `echo '${PASSWD}' > /image/etc/passwd`,
      'chmod 1777 /image/tmp',
    ])
      expect(fill.split(/ *&& */)).toContain(command);
    expect(read('apps/executor/scripts/build-runtime.ts')).toContain(path.relative('apps/executor', built));
  });
});

describe('monitoring', () => {
  const sources = ['apps/web/src', 'apps/executor/src']
    .flatMap((dir) =>
      readdirSync(inRoot(dir), { recursive: true, encoding: 'utf8' }).map((file) => path.join(dir, file)),
    )
    .filter((file) => file.endsWith('metrics.ts'))
    .map(read)
    .join('\n');
  const dashboard = read('docker/grafana/dashboards/agentweaver.json');

  it('scrapes the ports that the services listen on', () => {
    const config = z
      .object({
        scrape_configs: z.array(
          z.object({
            job_name: z.string(),
            dns_sd_configs: z.array(z.object({ names: z.array(z.string()), port: z.number() })).default([]),
          }),
        ),
      })
      .parse(parse(read('docker/prometheus/prometheus.yml')));
    const ports = new Map(
      config.scrape_configs.flatMap(({ dns_sd_configs }) => dns_sd_configs.map(({ names, port }) => [names[0], port])),
    );
    expect(String(ports.get('web'))).toBe(service('web').environment?.PORT);
    expect(String(ports.get('executor'))).toBe(service('executor').environment?.EXECUTOR_PORT);
    expect(service('executor').environment?.EXECUTOR_HOST).toBe('0.0.0.0');
  });

  it('asks only for metrics that the apps have, and shows each one they have', () => {
    const declared = new Set([...sources.matchAll(/name: '(agentweaver_\w+)'/g)].map(([, name]) => name));
    const asked = new Set(
      [...dashboard.matchAll(/agentweaver_\w+/g)]
        .map(([name]) => name.replace(/_bucket$/, ''))
        // Node's own metrics carry the web app's prefix.
        .filter((name) => !/^agentweaver_web_(process|nodejs)_/.test(name)),
    );
    expect([...asked].filter((name) => !declared.has(name))).toEqual([]);
    expect([...declared].filter((name) => !asked.has(name ?? ''))).toEqual(['agentweaver_web_queue_jobs']);
  });

  it('gives every panel a title, a place of its own and the provisioned data source', () => {
    const panels = z
      .object({
        panels: z.array(
          z.object({
            id: z.number(),
            type: z.string(),
            title: z.string().min(1),
            datasource: z.object({ uid: z.string() }).optional(),
            gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
          }),
        ),
      })
      .parse(JSON.parse(dashboard)).panels;
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const { datasources } = z
      .object({ datasources: z.array(z.object({ uid: z.string() })) })
      .parse(parse(read('docker/grafana/provisioning/datasources/prometheus.yml')));
    const used = new Set(panels.flatMap(({ datasource }) => (datasource ? [datasource.uid] : [])));
    expect([...used]).toEqual(datasources.map(({ uid }) => uid));
  });
});
