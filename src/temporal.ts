import { Client } from '@temporalio/client';
import type { ClientOptions, Connection } from '@temporalio/client';
import { SearchAttributeType } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnection, NativeConnectionOptions } from '@temporalio/worker';
import type { Config } from './config.js';
import { openConnection } from './connection.js';
import { SEARCH_ATTRIBUTES } from './domain/search-attributes.js';
import { EMBEDDED_NAMESPACE } from './embedded/dev-server.js';
import { acquireEmbeddedServer } from './embedded/server.js';

/** The way to a Temporal server, whichever it is. */
export interface Temporal {
  mode: 'remote' | 'embedded';
  address: string;
  namespace: string;
  connection: Connection;
  client: Client;
  /** For workers; made at the first call, closed with the rest. Stop the workers first. */
  nativeConnection(): Promise<NativeConnection>;
  uiUrl: string | null;
  /** Whether it goes on after us, and its pages with it: somebody else's, or shared with another run. */
  stays: boolean;
  /** Closes the connections; an embedded server stops with its last user. */
  close(): Promise<void>;
}

/** How to connect, beside the environment. */
export interface ConnectOptions {
  /** Data converter and interceptors. */
  client?: Omit<ClientOptions, 'connection' | 'namespace'>;
  /** Told what takes long: a download, a build. */
  report?: (line: string) => void;
}

/** Thrown where no server answers; says which address was tried and what to check. */
export class TemporalUnreachable extends Error {
  override readonly name = 'TemporalUnreachable';
  constructor(address: string, cause: unknown) {
    super(
      `Temporal does not answer at ${address}. Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the TEMPORAL_TLS_… variables, ` +
        'or unset TEMPORAL_ADDRESS to use the embedded server.',
      { cause },
    );
  }
}

/** Connects to the server that the environment names, else to the embedded one, which it starts where none runs. */
export async function connectTemporal(config: Config, options: ConnectOptions = {}): Promise<Temporal> {
  return config.temporal.remote ? connectRemote(config, options) : connectEmbedded(config, options);
}

/** Registers what is missing of our search attributes; a workflow with an unregistered one cannot be started. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const wanted = Object.values(SEARCH_ATTRIBUTES);
  const missing = async (): Promise<typeof wanted> => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return wanted.filter(({ name }) => !(name in (customAttributes ?? {})));
  };
  try {
    const absent = await missing();
    if (absent.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(absent.map(({ name, type }) => [name, INDEXED_VALUE_TYPE[type]])),
    });
  } catch (error) {
    // Of two workers that start at once, one adds and the other is told that they exist.
    if ((await missing().catch(() => wanted)).length === 0) return;
    throw new SearchAttributesMissing(namespace, error);
  }
}

/** Thrown where we may not register search attributes, as in Temporal Cloud; says the command for somebody who may. */
export class SearchAttributesMissing extends Error {
  override readonly name = 'SearchAttributesMissing';
  constructor(namespace: string, cause: unknown) {
    const each = Object.values(SEARCH_ATTRIBUTES).map(
      ({ name, type }) => `--name ${name} --type ${COMMAND_LINE_TYPE[type]}`,
    );
    super(
      `The search attributes of namespace ${namespace} cannot be registered (${reasonOf(cause)}). ` +
        'Ask its administrator to run, once:\n' +
        `  temporal operator search-attribute create --namespace ${namespace} ${each.join(' ')}`,
      { cause },
    );
  }
}

// Of temporal.api.enums.v1.IndexedValueType: the package with the enum is none of our dependencies.
const INDEXED_VALUE_TYPE = {
  [SearchAttributeType.KEYWORD]: 2,
  [SearchAttributeType.BOOL]: 5,
  [SearchAttributeType.KEYWORD_LIST]: 7,
} as const;
const COMMAND_LINE_TYPE = { KEYWORD: 'Keyword', BOOL: 'Bool', KEYWORD_LIST: 'KeywordList' } as const;

/** What ended runs keep is needed for an undo days later; the dev server would forget them after one day. */
async function keepEndedRuns({ workflowService }: Connection, namespace: string): Promise<void> {
  const workflowExecutionRetentionTtl = msToTs(RETENTION);
  await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
}

/** As long as `deploy/create-namespace.sh` has it. */
const RETENTION = '90 days';

async function connectRemote(config: Config, options: ConnectOptions): Promise<Temporal> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({
    overrideEnvVars: config.temporal.variables,
  });
  const place = { namespace, uiUrl: config.temporal.uiUrl, stays: true };
  const temporal = await connect('remote', connectionOptions, place, options);
  return closingOnFailure(temporal, () => ensureSearchAttributes(temporal.connection, namespace));
}

async function connectEmbedded(config: Config, options: ConnectOptions): Promise<Temporal> {
  const server = await acquireEmbeddedServer({
    dataDir: config.dataDir,
    temporalCli: config.temporalCli,
    report: options.report ?? (() => undefined),
  });
  try {
    const connectionOptions = { address: server.address };
    const place = { namespace: EMBEDDED_NAMESPACE, uiUrl: server.uiUrl, stays: server.shared };
    const temporal = await connect('embedded', connectionOptions, place, options);
    const shared = {
      ...temporal,
      async close() {
        await temporal.close();
        await server.release();
      },
    };
    return await closingOnFailure(shared, async () => {
      await keepEndedRuns(shared.connection, shared.namespace);
      // A server that an older version of ours started knows only that version's attributes.
      if (server.attached) await ensureSearchAttributes(shared.connection, shared.namespace);
    });
  } catch (error) {
    await server.release();
    throw error;
  }
}

async function connect(
  mode: Temporal['mode'],
  connectionOptions: NativeConnectionOptions,
  place: Pick<Temporal, 'namespace' | 'uiUrl' | 'stays'>,
  options: ConnectOptions,
): Promise<Temporal> {
  const address = connectionOptions.address ?? 'localhost:7233';
  const connection = await openConnection({ ...connectionOptions, address }).catch((error: unknown) => {
    throw new TemporalUnreachable(address, error);
  });
  let native: Promise<NativeConnection> | undefined;
  return {
    ...place,
    mode,
    address,
    connection,
    client: new Client({ ...options.client, connection, namespace: place.namespace }),
    nativeConnection: () => (native ??= nativelyTo({ ...connectionOptions, address })),
    async close() {
      await connection.close();
      await (await native?.catch(() => undefined))?.close();
    },
  };
}

/** The worker's half of the SDK takes long to load, and only workers need it. */
async function nativelyTo(options: NativeConnectionOptions): Promise<NativeConnection> {
  const { NativeConnection } = await import('@temporalio/worker');
  return NativeConnection.connect(options);
}

async function closingOnFailure(temporal: Temporal, work: () => Promise<void>): Promise<Temporal> {
  try {
    await work();
    return temporal;
  } catch (error) {
    await temporal.close();
    throw error;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
