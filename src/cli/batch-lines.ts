import { listUrls, WEB_UI_LISTS, type WebUi } from '../client.js';
import { heldTogether, liftedBy } from '../domain/batch/held.js';
import { limitUseWords, type LimitUse } from '../domain/batch/limit-use.js';
import { shownRate, type BatchOutcome, type BatchStatus } from '../domain/batch/status.js';
import { standingOf, type BatchReport } from '../reports/batch-report.js';
import { inLang } from '../domain/said.js';
import type { Output } from './output.js';
import { waveTable } from './tables.js';

/** What a batch has come to, by its word, and its tenants; null where it has not come to anything yet. */
export function outcomeLine(status: BatchStatus, out: Output): string | null {
  const { outcome, endings, notStarted, prepared, parked, running } = status;
  if (outcome === null) return null;
  const counts = { ...endings, prepared, running: running + parked, 'not-started': notStarted };
  return out.text.result(outcome, countsIn(counts));
}

/** `2 migrated, 1 blocked`: states as JSON has them; whoever is nowhere is not told. */
export function countsIn(counts: Partial<Record<string, number>>): string {
  return Object.entries(counts)
    .flatMap(([state, count = 0]) => (count > 0 ? [`${count} ${state}`] : []))
    .join(', ');
}

/** Counts first, then what is left: one line that is always true. */
export function progressLine(status: BatchStatus, out: Output): string {
  const index = status.waves.findIndex(({ name }) => name === status.wave);
  const wave = status.waves[index];
  const name = wave ? out.text.waveOf(index + 1, status.waves.length, wave.name) : status.batch;
  const finished = wave
    ? `${wave.finished}/${wave.size}`
    : `${status.total - status.notStarted - status.prepared - status.running - status.parked}/${status.total}`;
  const failed = wave?.failed ?? status.waves.reduce((sum, one) => sum + one.failed, 0);
  const { text } = out;
  // Who waits for a first look is told as such.
  const asking = status.asking?.count ?? 0;
  return text.progress(name, finished, [
    text.failedOf(failed, wave?.tolerated ?? null),
    text.runningNow(status.running),
    ...(status.prepared > 0 ? [text.preparedNow(status.prepared)] : []),
    ...(status.undoing + status.toUndo > 0 ? [text.undoingNow(status.undoing + status.toUndo)] : []),
    ...(status.looking > 0 ? [text.lookingNow(status.looking)] : []),
    ...(asking > status.looking ? [text.askingNow(asking - status.looking)] : []),
    ...(status.parked > status.looking ? [text.parkedNow(status.parked - status.looking)] : []),
    ...(status.over || status.perMinute === null ? [] : [text.perMinute(shownRate(status.perMinute))]),
    ...(status.etaMs === null ? [] : [text.minutesLeft(Math.ceil(status.etaMs / 60_000))]),
  ]);
}

/** Where a batch stands: its outcome if it has one, its waves and limits, what holds it, and the command that helps. */
export function batchLines(status: BatchStatus, file: string, out: Output): string {
  const { text } = out;
  const outcome = outcomeLine(status, out);
  return [
    ...(outcome === null ? [] : [outcome]),
    progressLine(status, out),
    waveTable(status.waves, out),
    ...(status.over && status.running + status.parked > 0 ? [text.countedAtEnd] : []),
    ...status.waves.flatMap(({ name, limits }) => limitLine(name, limits, out)),
    ...limitLine(null, status.limits, out),
    ...heldTogether(status.holds).flatMap(({ on, name, by, reason }) => [
      text.heldBy(name, by, reason),
      text.resumeHint(file, liftedBy(on)),
    ]),
    ...(status.stoppedBy === null || status.over ? [] : [text.stoppedBy(status.stoppedBy, file)]),
    ...(status.awaitsApproval === null ? [] : [text.waitsForApproval(status.awaitsApproval, file)]),
    ...(status.waits ?? []).map((why) => text.nobodyStarts(inLang(why, out.lang))),
    ...askingLine(status, file, out),
  ].join('\n');
}

function askingLine({ asking, over }: BatchStatus, file: string, { text }: Output): string[] {
  return !asking || asking.count === 0 || over ? [] : [text.waitForPerson(asking.count, asking.tenants, file)];
}

/** What is used of each limit that is set for a wave, or for the whole batch (null). */
function limitLine(wave: string | null, limits: readonly LimitUse[] | undefined, { text, lang }: Output): string[] {
  if (!limits || limits.length === 0) return [];
  return [
    text.limitsOf(
      wave,
      limits.map((use) => limitUseWords(use)[lang]),
    ),
  ];
}

/** Where a batch stands whose coordinator does not answer: its outcome and its waves as the lists show them. */
export function listedLines(
  { tenants, counts }: Pick<BatchReport, 'tenants' | 'counts'>,
  { running, outcome, next = null }: { running: boolean; outcome: BatchOutcome | null; next?: string | null },
  out: Output,
): string {
  const waves = new Map<string, Map<string, number>>();
  for (const tenant of tenants) {
    const states = waves.get(tenant.wave ?? '') ?? new Map<string, number>();
    waves.set(tenant.wave ?? '', states);
    const state = standingOf(tenant);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  return [
    ...(outcome === null ? [] : [out.text.result(outcome, countsIn(counts))]),
    ...(running ? [out.text.interruptedBatch] : []),
    ...(next === null ? [] : [out.text.nextOfBatch(next)]),
    ...[...waves].map(([wave, states]) => out.text.inWave(wave, countsIn(Object.fromEntries(states)))),
  ].join('\n');
}

/** Ready-made lists of the Web UI: whom somebody will look for. */
export function listLinks(batch: string, ui: WebUi, out: Output): string[] {
  const urls = listUrls(batch, ui);
  const lines = WEB_UI_LISTS.flatMap((name) => (urls[name] ? [`  ${out.text.list[name]}: ${urls[name]}`] : []));
  return lines.length === 0 ? [] : [out.text.lists, ...lines];
}
