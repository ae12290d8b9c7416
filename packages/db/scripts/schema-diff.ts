import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';

const CONFIG_DIR = fileURLToPath(new URL('../', import.meta.url));
const SCHEMA_FILE = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url));

/**
 * SQL that turns the database into what `schema.prisma` says; empty when it is that already.
 * Uses Prisma's schema engine as WebAssembly, so that there is no binary to download.
 */
export const diffToSchema = async (databaseUrl: string): Promise<string> => {
  const files = [{ path: SCHEMA_FILE, content: await readFile(SCHEMA_FILE, 'utf8') }];
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const factory = bindMigrationAwareSqlAdapterFactory(adapterThatKnowsChar(pool));
  const engine = await SchemaEngine.new(
    { datamodels: files.map((file): [string, string] => [file.path, file.content]) },
    () => undefined,
    factory,
  );
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', configDir: CONFIG_DIR, files },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: { externalTables: ['public._prisma_migrations'], externalEnums: [] },
    });
    const sql = stdout ?? '';
    return sql.split('\n').every((line) => line.trim() === '' || line.startsWith('--')) ? '' : sql;
  } finally {
    engine.free();
    await pool.end();
  }
};

const CHAR_OID = 18;

/**
 * The engine reads PostgreSQL's one-byte "char" from the catalog, which the adapter refuses although its own
 * column types have it: this adapter reports it.
 */
const adapterThatKnowsChar = (pool: pg.Pool): SqlMigrationAwareDriverAdapterFactory => {
  const factory = new PrismaPg(pool);
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connectToShadowDb: () => factory.connectToShadowDb(),
    connect: async () => {
      const adapter = await factory.connect();
      const queryRaw = adapter.queryRaw.bind(adapter);
      adapter.queryRaw = async (query) => {
        const { fields } = await pool.query({ text: query.sql, values: query.args });
        if (!fields.some((field) => field.dataTypeID === CHAR_OID)) return queryRaw(query);
        const typed = await queryRaw({ ...query, sql: castChars(query.sql, fields) });
        return {
          ...typed,
          columnTypes: typed.columnTypes.map((type, index) =>
            fields[index]?.dataTypeID === CHAR_OID ? ColumnTypeEnum.Character : type,
          ),
        };
      };
      return adapter;
    },
  };
};

/** The same columns with each "char" as text. */
const castChars = (sql: string, fields: pg.FieldDef[]): string => {
  const columns = fields.map((field) => {
    const name = pg.escapeIdentifier(field.name);
    return field.dataTypeID === CHAR_OID ? `${name}::text` : name;
  });
  return `SELECT ${columns.join(', ')} FROM (${sql.trim().replace(/;$/, '')}) AS catalog`;
};
