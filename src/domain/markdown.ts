/** A text as a cell of a Markdown table: one line, of bounded length. */
export function cell(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replaceAll('|', '\\|')
    .slice(0, 300);
}
