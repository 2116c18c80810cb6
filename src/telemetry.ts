import { join } from 'node:path';
import { Runtime } from '@temporalio/worker';
import type { LogLevel as TemporalLogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/worker';
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Config } from './config.js';

/** A worker's log belongs on stderr; the CLI's goes to a file, so that its own lines stay readable. */
export type LogTarget = 'stderr' | 'file';

/** Names under which a secret could stand in a log entry, at the depths at which we log. */
const SECRET_NAMES = ['token', 'secret', 'appSecret', 'encryptionKey', 'password', 'authorization', 'cookie', 'apiKey'];

/** The log, as JSON lines. */
export function createLogger(config: Pick<Config, 'logLevel' | 'dataDir'>, target: LogTarget): Logger {
  const destination = target === 'stderr' ? { dest: 2 } : { dest: logFile(config), mkdir: true, append: true };
  return pino(
    {
      level: config.logLevel,
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
      serializers: { error: pino.stdSerializers.err },
    },
    pino.destination({ ...destination, sync: true }), // a killed run keeps its last lines
  );
}

/** Where the CLI's log is, to be told to the user when something fails. */
export function logFile(config: Pick<Config, 'dataDir'>): string {
  return join(config.dataDir, 'logs', 'qys-e10.log');
}

/**
 * Sets up Temporal's runtime: log and metrics. To be called once, before anything else touches the SDK, which would
 * make a default runtime that cannot be replaced.
 */
export function installRuntime(config: Config, target: LogTarget): Logger {
  const logger = createLogger(config, target);
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(config.metricsAddress === null
        ? {}
        : { metrics: { prometheus: { bindAddress: config.metricsAddress, countersTotalSuffix: true } } }),
    },
  });
  return logger;
}

function temporalLogger(logger: Logger): TemporalLogger {
  const log = (level: TemporalLogLevel, message: string, meta?: LogMetadata): void => {
    logger[PINO_LEVEL[level]](meta ?? {}, message);
  };
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
