import { listUrls, WEB_UI_LISTS, type WebUi, type WebUiList } from '../client.js';
import { heldTogether, liftedBy } from '../domain/batch/held.js';
import type { BatchStatus } from '../domain/batch/status.js';
import { standingOf, type BatchReport } from '../reports/batch-report.js';
import type { Output } from './output.js';
import { waveTable } from './tables.js';

/** Counts first, then what is left: one line that is always true. */
export function progressLine(status: BatchStatus, out: Output): string {
  const index = status.waves.findIndex(({ name }) => name === status.wave);
  const wave = status.waves[index];
  const name = wave ? `wave ${index + 1}/${status.waves.length} ${wave.name}` : status.batch;
  const finished = wave
    ? `${wave.finished}/${wave.size}`
    : `${status.total - status.notStarted - status.prepared - status.running - status.parked}/${status.total}`;
  const failed = wave?.failed ?? status.waves.reduce((sum, one) => sum + one.failed, 0);
  const { text } = out;
  return text.progress(name, finished, [
    text.failedOf(failed, wave?.tolerated ?? null),
    text.runningNow(status.running),
    ...(status.prepared > 0 ? [text.preparedNow(status.prepared)] : []),
    ...(status.undoing + status.toUndo > 0 ? [text.undoingNow(status.undoing + status.toUndo)] : []),
    ...(status.looking > 0 ? [text.lookingNow(status.looking)] : []),
    ...(status.parked > status.looking ? [text.parkedNow(status.parked - status.looking)] : []),
    // While nobody moves, an estimate would be a guess.
    ...(status.etaMs === null || status.running === 0 || status.holds.some(({ on }) => 'batch' in on)
      ? []
      : [text.minutesLeft(Math.ceil(status.etaMs / 60_000))]),
  ]);
}

/** Where a batch stands: its waves, what holds it, and the command that helps. */
export function batchLines(status: BatchStatus, file: string, out: Output): string {
  const { text } = out;
  return [
    progressLine(status, out),
    waveTable(status.waves, out),
    ...heldTogether(status.holds).flatMap(({ on, name, by, reason }) => [
      text.heldBy(name, by, reason),
      text.resumeHint(file, liftedBy(on)),
    ]),
    ...(status.stoppedBy === null || status.over ? [] : [text.stoppedBy(status.stoppedBy, file)]),
    ...(status.awaitsApproval === null ? [] : [text.waitsForApproval(status.awaitsApproval, file)]),
  ].join('\n');
}

/** Where a batch stands whose coordinator does not answer: its waves as the lists show them. */
export function listedLines({ tenants }: Pick<BatchReport, 'tenants'>, isRunning: boolean, out: Output): string {
  const waves = new Map<string, Map<string, number>>();
  for (const tenant of tenants) {
    const states = waves.get(tenant.wave ?? '') ?? new Map<string, number>();
    waves.set(tenant.wave ?? '', states);
    const state = standingOf(tenant);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  const lines = [...waves].map(
    ([wave, states]) => `wave ${wave}: ${[...states].map(([state, count]) => `${count} ${state}`).join(', ')}`,
  );
  return [...(isRunning ? [out.text.interruptedBatch] : []), ...lines].join('\n');
}
const LIST_NAMES: Record<WebUiList, string> = {
  waits: 'waits for a person',
  running: 'running',
  'rolled-back': 'rolled back',
  blocked: 'blocked',
};

/** Ready-made lists of the Web UI: whom somebody will look for. */
export function listLinks(batch: string, ui: WebUi, out: Output): string[] {
  const urls = listUrls(batch, ui);
  const lines = WEB_UI_LISTS.flatMap((name) => (urls[name] ? [`  ${LIST_NAMES[name]}: ${urls[name]}`] : []));
  return lines.length === 0 ? [] : [out.text.lists, ...lines];
}
