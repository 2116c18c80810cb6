import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The levels of our log. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Where the Temporal CLI may be, in the order in which to look. */
export interface TemporalCliPlaces {
  explicit: string | null;
  searchPath: string[];
  /** The project's own cache first, then the user's, which all clones share. */
  caches: string[];
  /** What a compiler needs from the environment. */
  buildVariables: Record<string, string>;
}

/** All that the environment decides. Nothing else reads it. */
export interface Config {
  /** Who gives orders here, for the audit trail. */
  by: string;
  /** Holds the embedded server's database, the seal key and the logs of one-machine use. Absolute. */
  dataDir: string;
  sealKey: string | null;
  temporal: {
    /** False: an embedded server is started. */
    remote: boolean;
    /** The `TEMPORAL_…` variables, for `@temporalio/envconfig`. */
    variables: Record<string, string>;
    uiUrl: string | null;
  };
  temporalCli: TemporalCliPlaces;
  http: {
    caFiles: string[];
    timeoutMs: number;
    proxy: { https: string | null; http: string | null; none: string | null };
  };
  nginx: {
    /** Path of the file to write, with `{tenant}`; null: no proxy on this machine. */
    include: string | null;
    config: string | null;
    bin: string;
    reload: string[];
  };
  /** For tenants whose console driver is `browser`. */
  browser: {
    /** What decides which Chromium is driven: QYS_E10_CHROMIUM, PATH, and DEBUG, which must not ask for the library's log. */
    variables: Record<string, string>;
    /** Consoles at once; each takes about 90 MB. */
    contexts: number;
    /** Off only in a container that forbids it. */
    sandbox: boolean;
    /** A folder of page maps of this site; null: those that come along. */
    pageMaps: string | null;
  };
  people: {
    /** What syncs have kept of people is deleted by the worker after so many days; null: only when somebody asks for it. */
    keepDays: number | null;
  };
  sites: string[];
  logLevel: LogLevel;
  /** `host:port` of the Prometheus endpoint; null: none. */
  metricsAddress: string | null;
  board: {
    /** Who may log in to the operators' board; empty: with a token that is made at its start. */
    tokens: NamedToken[];
  };
}

/** A token of the board. `name`: whoever has it; null where nobody said so. */
export interface NamedToken {
  name: string | null;
  token: string;
}

/** Thrown where a variable cannot be used; names each one and how to cure it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: string[]) {
    super(`The environment cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Nobody guesses so many characters of a token. */
const SHORTEST_TOKEN = 16;

const list = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.string()))
  .transform((parts) => parts.filter((part) => part !== ''));
const siteName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a site is lower-case letters, digits and dashes');
const proxyUrl = z.url({ protocol: /^https?$/, error: 'give a full address, such as http://proxy.example:3128' });

const Variables = z
  .object({
    QYS_E10_BY: z.string().trim().max(100, 'give at most 100 characters').nullable().default(null),
    QYS_E10_DATA: z.string().default('.qys-e10'),
    QYS_E10_SEAL_KEY: z
      .string()
      .trim()
      .regex(
        /^([0-9a-f]{64}|[A-Za-z0-9+/]{43}=)$/i,
        'give 64 hexadecimal digits or 44 characters of Base64 (openssl rand -hex 32)',
      )
      .nullable()
      .default(null),
    QYS_E10_UI_URL: z
      .url({ protocol: /^https?$/, error: 'give the Web UI’s full address, such as http://temporal.example:8080' })
      .nullable()
      .default(null),
    QYS_E10_CA_FILE: list
      .refine((files) => files.every((file) => existsSync(file)), 'no such file; give PEM files, separated by commas')
      .default([]),
    QYS_E10_HTTP_TIMEOUT: z.coerce
      .number({ error: 'give seconds, such as 30' })
      .positive('give seconds, such as 30')
      .max(600, 'give at most 600 seconds')
      .default(30),
    QYS_E10_NGINX_INCLUDE: z
      .string()
      .includes('{tenant}', { error: 'must hold {tenant}, such as /etc/nginx/qys-e10/{tenant}.conf' })
      .nullable()
      .default(null),
    QYS_E10_NGINX_CONFIG: z.string().nullable().default(null),
    QYS_E10_NGINX_BIN: z.string().default('nginx'),
    QYS_E10_NGINX_RELOAD: z
      .string()
      .transform(splitCommand)
      .refine((argv) => argv.length > 0, 'give a command, such as: sudo nginx -s reload')
      .nullable()
      .default(null),
    QYS_E10_CHROMIUM: z
      .string()
      .refine((file) => existsSync(file), 'no such file; give the full path of Chromium, Chrome or Edge')
      .nullable()
      .default(null),
    QYS_E10_BROWSER_CONTEXTS: z.coerce
      .number({ error: 'give a number, such as 4' })
      .int('give a number, such as 4')
      .min(1, 'give at least 1')
      .max(50, 'give at most 50')
      .default(4),
    QYS_E10_BROWSER_SANDBOX: z.enum(['on', 'off'], { error: 'use on or off' }).default('on'),
    QYS_E10_PAGE_MAPS: z
      .string()
      .refine((folder) => existsSync(folder), 'no such folder; give the one that holds the page maps of this site')
      .nullable()
      .default(null),
    QYS_E10_PEOPLE_KEEP_DAYS: z.coerce
      .number({ error: 'give days, such as 90' })
      .int('give whole days, such as 90')
      .min(1, 'give at least 1 day')
      .nullable()
      .default(null),
    QYS_E10_SITES: list.pipe(z.array(siteName).min(1, 'name at least one site, such as default')).default(['default']),
    QYS_E10_LOG_LEVEL: z
      .enum(['trace', 'debug', 'info', 'warn', 'error'], { error: 'use trace, debug, info, warn or error' })
      .default('info'),
    QYS_E10_METRICS: z
      .string()
      .regex(/^.+:\d{1,5}$/, 'give host:port, such as 127.0.0.1:9464')
      .nullable()
      .default(null),
    QYS_E10_BOARD_TOKEN: z
      .string()
      .transform(namedTokens)
      .refine((tokens) => tokens.every(({ token }) => token.length >= SHORTEST_TOKEN), {
        error: `each token needs at least ${SHORTEST_TOKEN} characters: TOKEN, or NAME=TOKEN,NAME=TOKEN (openssl rand -hex 24)`,
      })
      .refine((tokens) => new Set(tokens.map(({ token }) => token)).size === tokens.length, {
        error: 'two names have the same token: give each person one of their own',
      })
      .default([]),
    HTTPS_PROXY: proxyUrl.nullable().default(null),
    HTTP_PROXY: proxyUrl.nullable().default(null),
    NO_PROXY: z.string().nullable().default(null),
  })
  .refine((read) => read.QYS_E10_NGINX_INCLUDE === null || read.QYS_E10_NGINX_CONFIG !== null, {
    path: ['QYS_E10_NGINX_CONFIG'],
    error: 'is needed beside QYS_E10_NGINX_INCLUDE: the main configuration, such as /etc/nginx/nginx.conf',
  });

/** Reads the environment once; throws one `ConfigError` that names every problem. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = withoutEmpty(env);
  const parsed = Variables.safeParse({
    ...given,
    HTTPS_PROXY: given['HTTPS_PROXY'] ?? given['https_proxy'],
    HTTP_PROXY: given['HTTP_PROXY'] ?? given['http_proxy'],
    NO_PROXY: given['NO_PROXY'] ?? given['no_proxy'],
  });
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`));
  }

  const read = parsed.data;
  return {
    by: read.QYS_E10_BY ?? account(),
    dataDir: resolve(read.QYS_E10_DATA),
    sealKey: read.QYS_E10_SEAL_KEY,
    temporal: { remote: isRemote(given), variables: temporalVariables(given), uiUrl: read.QYS_E10_UI_URL },
    temporalCli: temporalCliPlaces(env),
    http: {
      caFiles: read.QYS_E10_CA_FILE,
      timeoutMs: read.QYS_E10_HTTP_TIMEOUT * 1000,
      proxy: { https: read.HTTPS_PROXY, http: read.HTTP_PROXY, none: read.NO_PROXY },
    },
    nginx: {
      include: read.QYS_E10_NGINX_INCLUDE,
      config: read.QYS_E10_NGINX_CONFIG,
      bin: read.QYS_E10_NGINX_BIN,
      reload: read.QYS_E10_NGINX_RELOAD ?? [read.QYS_E10_NGINX_BIN, '-s', 'reload'],
    },
    browser: {
      variables: Object.fromEntries(
        Object.entries(given).filter(([name]) => /^(QYS_E10_CHROMIUM|PATH|Path|DEBUG)$/.test(name)),
      ),
      contexts: read.QYS_E10_BROWSER_CONTEXTS,
      sandbox: read.QYS_E10_BROWSER_SANDBOX === 'on',
      pageMaps: read.QYS_E10_PAGE_MAPS,
    },
    people: { keepDays: read.QYS_E10_PEOPLE_KEEP_DAYS },
    sites: read.QYS_E10_SITES,
    logLevel: read.QYS_E10_LOG_LEVEL,
    metricsAddress: read.QYS_E10_METRICS,
    board: { tokens: read.QYS_E10_BOARD_TOKEN },
  };
}

/** Apart from `loadConfig`, so that the set-up runs even where another variable is wrong. */
export function temporalCliPlaces(env: NodeJS.ProcessEnv = process.env): TemporalCliPlaces {
  const given = withoutEmpty(env);
  const userCache = given['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return {
    explicit: given['TEMPORAL_CLI'] ?? null,
    searchPath: (given['PATH'] ?? given['Path'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    caches: [join(projectRoot(), '.cache'), join(userCache, 'qys-e10')],
    buildVariables: given,
  };
}

/** An address or a profile that somebody named means a real server; a mere file in the home directory does not. */
function isRemote(env: Record<string, string>): boolean {
  return ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].some((name) => name in env);
}

function temporalVariables(env: Record<string, string>): Record<string, string> {
  const wanted = /^TEMPORAL_|^(HOME|XDG_CONFIG_HOME|APPDATA|USERPROFILE)$/; // the latter find its configuration file
  return Object.fromEntries(Object.entries(env).filter(([name]) => wanted.test(name)));
}

/** Compose files and CI pass unset variables as empty ones. */
function withoutEmpty(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => !!entry[1]?.trim()));
}

/** Words as a shell would see them, with quotes and without its other powers: what we run never goes through a shell. */
function splitCommand(text: string): string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"']+)+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
}

/** A token may end in `=` as Base64 does: what stands behind the first `=` is one only where it is long enough. */
function namedTokens(text: string): NamedToken[] {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.map((entry) => {
    const at = entry.indexOf('=');
    const token = entry.slice(at + 1);
    return at < 1 || token.length < SHORTEST_TOKEN
      ? { name: null, token: entry }
      : { name: entry.slice(0, at).trim(), token };
  });
}

/** A container may run with a number that no account has. */
function account(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** The folder of package.json, from `src/` as well as from `dist/src/`. */
function projectRoot(): string {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  return existsSync(join(folder, 'package.json')) ? folder : resolve(folder, '..');
}

/** The forward proxies as gateways take them. */
export function forwardProxyOf({ proxy: { https, http, none } }: Config['http']) {
  return {
    ...(https === null ? {} : { https }),
    ...(http === null ? {} : { http }),
    ...(none === null ? {} : { noProxy: none }),
  };
}

/** The environment as it is: where a worker in this process looks up secret references. */
export function environment(): Record<string, string | undefined> {
  return process.env;
}
