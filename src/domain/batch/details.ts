import { cell } from '../markdown.js';
import type { Asking } from './asking.js';
import { heldTogether } from './held.js';
import { limitUseWords, type LimitUse } from './limit-use.js';
import { resumeOption } from './limits.js';
import { shortList } from './orders.js';
import { inLang } from '../said.js';
import { awaitsCutOver, awaitsOrder, isAtAnEnd, shownRate, type BatchStatus, type WaveStatus } from './status.js';

/**
 * The current details of a batch: waves, counts, limits, and what it waits for. What the stock Web UI shows on its page, until the
 * next change: so an estimate names its moment. `now` in milliseconds since the epoch.
 */
export function batchDetails(status: BatchStatus, now: number): string {
  const endings = Object.entries(status.endings).map(([ending, count]) => `${count} ${ending}`);
  return [
    `**${cell(status.batch)}** · ${status.total} tenants${status.outcome ? ` · **${status.outcome}**` : ''}`,
    '',
    '| | wave | finished | running | width | failed | blocked |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...status.waves.map((wave) => waveRow(wave)),
    '',
    ...(endings.length > 0 ? [`So far: ${endings.join(', ')}`, ''] : []),
    ...paceLines(status, now),
    ...limitLines(status),
    ...heldTogether(status.holds).map(
      ({ name, by, reason }) => `Paused: ${cell(name)} by ${cell(by)}: ${cell(reason)}`,
    ),
    ...(status.undoing + status.toUndo > 0 ? [`Being undone: ${status.undoing}; to be undone: ${status.toUndo}`] : []),
    `Next: ${nextOfBatch(status)}`,
  ].join('\n');
}

const MARKS: Partial<Record<WaveStatus['phase'], string>> = { accepted: '✅', waiting: '·', approval: '✋' };

function waveRow(wave: WaveStatus): string {
  const { name, phase, size, finished, running, width, maxConcurrency, failed, blocked } = wave;
  const limit = wave.tolerated === null ? '' : ` of ${wave.tolerated}`;
  return `| ${MARKS[phase] ?? '⏳'} | ${cell(name)} (${phase}) | ${finished}/${size} | ${running} | ${width}/${maxConcurrency} | ${failed}${limit} | ${blocked} |`;
}

function paceLines({ over, perMinute, etaMs }: BatchStatus, now: number): string[] {
  if (over || perMinute === null) return [];
  const left = etaMs === null ? '' : `, about ${Math.ceil(etaMs / 60_000)} min left`;
  return [`At ${new Date(now).toISOString().slice(0, 16)}Z: ${shownRate(perMinute)} tenants a minute${left}`, ''];
}

/** A list, since a line break alone is none in Markdown. */
function limitLines({ waves, limits = [] }: BatchStatus): string[] {
  const line = (of: string, uses: readonly LimitUse[]): string =>
    `- ${of}: ${uses.map((use) => limitUseWords(use).en).join('; ')}`;
  const lines = [
    ...waves.flatMap((wave) => (wave.limits?.length ? [line(`wave ${cell(wave.name)}`, wave.limits)] : [])),
    ...(limits.length > 0 ? [line('the whole batch', limits)] : []),
  ];
  return lines.length === 0 ? [] : ['Limits, and what is used of them:', '', ...lines, ''];
}

/** One sentence: what the batch does next, or whom it waits for. */
export function nextOfBatch(status: BatchStatus): string {
  if (status.over) return 'nothing: the run is over';
  const { asking } = status;
  if (!asking || asking.count === 0) return nextOfItself(status);
  const asked = `${askingWords(asking)}: qys-e10 status and qys-e10 orders say for what`;
  return asking.only && !awaitsOrder(status) ? asked : `${nextOfItself(status)}; ${asked}`;
}

/** `3 tenants wait for a person (t1, t2, t3)`. */
function askingWords({ count, tenants }: Asking): string {
  const wait = count === 1 ? 'a tenant waits' : `${count} tenants wait`;
  return `${wait} for a person (${shortList(tenants.map(cell), count)})`;
}

function nextOfItself(status: BatchStatus): string {
  const { awaitsApproval, stoppedBy, wave, holds, running, waits = [] } = status;
  if (stoppedBy !== null) {
    const rest = running > 0 ? '; running ones finish' : '';
    return `stopped (${stoppedBy})${rest}: qys-e10 resume${resumeOption(stoppedBy)} --reason … goes on, qys-e10 abort ends it`;
  }
  if (awaitsApproval !== null)
    return `qys-e10 approve --wave ${awaitsApproval} --reason … lets the next wave start, qys-e10 reject stops`;
  if (awaitsCutOver(status)) return 'qys-e10 apply without --until writes what was planned';
  const [held] = heldTogether(holds);
  if (held) return `qys-e10 resume --reason … goes on with ${held.name}`;
  if (waits.length > 0) return waits.map((why) => inLang(why, 'en')).join('; ');
  if (isAtAnEnd(status)) return 'nobody who is left can start: qys-e10 why says by what each is held back';
  return wave === null ? 'waits for the last tenants' : `wave ${wave} goes on by itself`;
}
