import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The batch file with its secrets in files, as `docker` and Kubernetes hand them over: those of ten thousand tenants are more than
 * a system gives to a program as its environment.
 */
export async function withSecretFiles(yaml: string, secrets: Record<string, string>, folder: string): Promise<string> {
  const at = join(folder, 'secrets');
  await mkdir(at, { recursive: true, mode: 0o700 });
  for (const [name, value] of Object.entries(secrets)) await writeFile(join(at, name), value, { mode: 0o600 });
  return yaml.replaceAll(/\benv: (\w+)/g, (_, name: string) => `file: ${join(at, name)}`);
}
