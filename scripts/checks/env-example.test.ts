import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { executorEnvSchema } from '../../apps/executor/src/env.ts';
import { webEnvSchema } from '../../apps/web/src/server/env.ts';
import { inRoot } from '../lib/paths.ts';
import { startEnvSchema } from '../start/settings.ts';

const SCHEMAS = [startEnvSchema, webEnvSchema, executorEnvSchema];
/** Chosen by the command (`npm start`, `npm run dev`), not by a person. */
const NOT_A_SETTING = new Set(['NODE_ENV']);
/** `npm start` has the default and hands it on; without it, as in a container, an app has no such folder. */
const HANDED_ON = new Set(['AGENTWEAVER_DATA']);

const lines = readFileSync(inRoot('.env.example'), 'utf8').split('\n');
const documented = lines.flatMap((line) => {
  const [, off, name, value] = /^(# )?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
  return name ? [{ name, value: value ?? '', hasDefault: !off }] : [];
});

describe('.env.example', () => {
  it('names each variable that a schema reads, and no other', () => {
    const read = new Set(
      SCHEMAS.flatMap((schema) => Object.keys(schema.shape)).filter((name) => !NOT_A_SETTING.has(name)),
    );
    expect(documented.map(({ name }) => name).toSorted()).toEqual([...read].toSorted());
  });

  it('shows as set exactly the defaults of the schemas', () => {
    for (const { name, value, hasDefault } of documented) {
      if (!hasDefault) continue;
      for (const schema of HANDED_ON.has(name) ? [startEnvSchema] : SCHEMAS) {
        const field = Object.entries(schema.shape).find(([key]) => key === name)?.[1];
        if (field) expect(field.parse(undefined), name).toEqual(field.parse(value));
      }
    }
  });

  it('explains each variable in a comment above it', () => {
    for (const { name } of documented) {
      const index = lines.findIndex((line) => line.replace('# ', '').startsWith(`${name}=`));
      const above = lines.slice(0, index).findLast((line) => !/^(# )?[A-Z][A-Z0-9_]*=/.test(line));
      expect(above, name).toMatch(/^# ./);
    }
  });

  it('holds no secret', () => {
    const secrets = documented.filter(({ name }) => /SECRET|_KEY$|TOKEN/.test(name));
    expect(secrets.map(({ value }) => value)).toEqual(secrets.map(() => ''));
  });
});
