/** A YAML mapping as JavaScript has it. */
export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * `defaults` under a tenant: mappings merge, lists and scalars replace, the tenant wins. A secret reference counts as a
 * scalar: `{ env }` under `{ file }` would otherwise name two places.
 */
export function mergeDefaults(defaults: Mapping, tenant: Mapping): Mapping {
  const merged = new Map(Object.entries(defaults));
  for (const [key, value] of Object.entries(tenant)) {
    const below = merged.get(key);
    const both = isMapping(below) && isMapping(value) && !isReference(below) && !isReference(value);
    merged.set(key, both ? mergeDefaults(below, value) : value);
  }
  return Object.fromEntries(merged);
}

function isReference(value: Mapping): boolean {
  return Object.hasOwn(value, 'env') || Object.hasOwn(value, 'file');
}

/** What stands at a path, or undefined. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return typeof key === 'number' ? (value as unknown[])[key] : undefined;
    return isMapping(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined;
  }, root);
}

/** Where in the file a value of a merged tenant came from: the tenant, else the defaults, else (missing) the tenant again. */
export function originOf(file: unknown, index: number, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const own = ['tenants', index, ...path];
  const inherited = ['defaults', ...path];
  return valueAt(file, own) === undefined && valueAt(file, inherited) !== undefined ? inherited : own;
}
