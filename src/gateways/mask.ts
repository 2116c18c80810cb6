/**
 * A function that replaces every occurrence of the given secrets by ***, also where they stand percent-encoded. Messages of
 * the outside may echo what they were sent.
 */
export function createMask(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.filter((secret) => secret !== '').flatMap((secret) => [secret, encodeURIComponent(secret)]);
  // Longest first: a secret that contains another one must go as a whole.
  const ordered = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
