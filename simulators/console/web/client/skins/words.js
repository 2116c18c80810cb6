// The odd ways in which labels are written; a reader sees no difference.
const ZERO_WIDTH = '\u200b';

/** A full-width colon, a zero-width space, or nothing; the same label is always written the same way. */
export function written(label, decoys) {
  if (!decoys || label === '') return label;
  if (label.length % 3 === 0) return `${label}：`;
  return label.length % 3 === 1 ? `${label.slice(0, 2)}${ZERO_WIDTH}${label.slice(2)}` : label;
}
