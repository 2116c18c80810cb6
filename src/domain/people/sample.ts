/** How sure a sample has to be. */
export interface Confidence {
  /** Of the people: so many wrong ones must not go unnoticed. */
  wrongPercent: number;
  /** With this probability at least one of them is in the sample. */
  probabilityPercent: number;
}

/** Finds one percent of wrong ones with a probability of 99 %. */
export const USUAL_CONFIDENCE: Confidence = { wrongPercent: 1, probabilityPercent: 99 };

/**
 * How many of `people` have to be looked up. Drawn without putting back, so the exact probability is used and not that of
 * an endless population: the smallest n for which choosing n out of the right ones alone is rarer than the confidence
 * allows. Everybody, where even that few are needed.
 */
export function sampleSize(
  people: number,
  { wrongPercent, probabilityPercent }: Confidence = USUAL_CONFIDENCE,
): number {
  if (people <= 0) return 0;
  const wrong = Math.max(1, Math.ceil((people * wrongPercent) / 100));
  const allowed = 1 - probabilityPercent / 100;
  let unnoticed = 1;
  let size = 0;
  while (unnoticed > allowed + 1e-12 && size < people) {
    unnoticed *= Math.max(0, people - wrong - size) / (people - size);
    size++;
  }
  return size;
}

/** What the sample proves, for reports. */
export function sampleSentence(
  { people, size }: { people: number; size: number },
  { wrongPercent, probabilityPercent }: Confidence = USUAL_CONFIDENCE,
): Record<'en' | 'zh', string> {
  if (size >= people)
    return { en: `All ${people} people are looked up one by one.`, zh: `逐一核对全部 ${people} 人。` };
  return {
    en:
      `${size} of ${people} people are looked up one by one: if ${wrongPercent} % of them or more were wrong, ` +
      `the sample would hold at least one of those with a probability of ${probabilityPercent} %.`,
    zh:
      `从 ${people} 人中抽查 ${size} 人：若有 ${wrongPercent}% 或更多人员不正确，` +
      `则以 ${probabilityPercent}% 的概率至少抽中其中一人。`,
  };
}
