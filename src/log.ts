import { join } from 'node:path';
import { pino, type Logger } from 'pino';
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
