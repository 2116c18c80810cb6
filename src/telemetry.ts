import { Runtime } from '@temporalio/worker';
import type { LogLevel as TemporalLogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { asOutcome, type Outcome } from './domain/outcomes.js';
import { createLogger, type LogTarget } from './log.js';

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

/** The log as the SDK writes to it. A tenant's run that failed with its outcome is told as that: nothing broke, so no stack. */
export function temporalLogger(logger: Logger): TemporalLogger {
  const log = (level: TemporalLogLevel, message: string, { error, ...meta }: LogMetadata = {}): void => {
    const outcome = outcomeIn(error);
    if (outcome === undefined)
      logger[PINO_LEVEL[level]]({ ...meta, ...(error === undefined ? {} : { error }) }, message);
    else logger.info({ ...meta, ...outcome }, message);
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

/** Of another realm than ours, so that its class is not. */
function outcomeIn(error: unknown): { outcome: Outcome; reason: string } | undefined {
  if (typeof error !== 'object' || error === null || !('type' in error && 'message' in error)) return undefined;
  const outcome = asOutcome(error.type);
  return outcome === null ? undefined : { outcome, reason: String(error.message) };
}
