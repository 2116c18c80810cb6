import type { Forward } from '../tenant/spec.js';

const LOCATION = /location\s*=\s*\/QYSPrivateCallbackServlet\s*\{/;

/** Reads an nginx include file as far as the old callback path is concerned. The original reads all of it; we need one block. */
export function forwardOf(config: string): Forward {
  const text = config.replaceAll(/#[^\n]*/g, '');
  const start = LOCATION.exec(text);
  if (start === null) return 'absent';
  const block = blockAt(text, start.index + start[0].length);
  if (/\breturn\s+30\d\b|\brewrite\b[^;]*\b(redirect|permanent)\b/.test(block)) return 'redirect';
  if (/\bproxy_pass\s+[^;]*\/papi\/signcenter\/qiyuesuo\/categoryCallback\b/.test(block)) return 'proxied';
  // A rewrite that looks for the new path's own location again.
  if (/\brewrite\s+[^;]*categoryCallback[^;]*\blast\b/.test(block)) return 'proxied';
  // A rewrite inside of nginx, then a pass of the new path.
  return /\brewrite\s+[^;]*categoryCallback[^;]*\bbreak\b/.test(block) && /\bproxy_pass\b/.test(block)
    ? 'proxied'
    : 'absent';
}

function blockAt(text: string, start: number): string {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return text.slice(start, at);
  }
  return text.slice(start);
}
