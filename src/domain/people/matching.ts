export type MatchKey = 'jobNumber' | 'mobile' | 'email';

/** One rule by which a person of one system is found again in the other. */
export interface MatchRule {
  name: 'job-number' | 'mobile' | 'email';
  key: MatchKey;
  en: string;
  zh: string;
}

/**
 * How people are found again, first rule first. Never by id, which differs between the systems (`facts/weaver.md` §2.4), and
 * never by name, which many people share.
 *
 * The first rule whose key the other side knows decides. It must be the key of one person on each side: a key that several
 * have decides nothing, and no later rule is asked in its place. A later rule that finds somebody else contradicts: then the
 * person is ambiguous, and so is everybody else who is involved.
 *
 * Keys are compared without spaces around them and without regard to case; mobile numbers by their digits alone, without the
 * country code of China. One that is shown with stars is none.
 */
export const MATCH_RULES: readonly MatchRule[] = [
  { name: 'job-number', key: 'jobNumber', en: 'job number', zh: '工号' },
  { name: 'mobile', key: 'mobile', en: 'mobile number', zh: '手机号' },
  { name: 'email', key: 'email', en: 'e-mail address', zh: '邮箱' },
];

/** How a pair was found: by a rule, or because a person decided it. */
export type MatchedBy = MatchRule['name'] | 'decided';
