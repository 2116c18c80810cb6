/** The board cannot listen there; says why and what to do. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}
